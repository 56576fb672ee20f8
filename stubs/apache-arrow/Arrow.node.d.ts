export type TypeMap = Record<string, unknown>;
export declare class Table<T extends TypeMap = TypeMap> {
  schema: T;
}
export declare class AsyncRecordBatchStreamReader<T extends TypeMap = TypeMap> {
  schema: T;
}
