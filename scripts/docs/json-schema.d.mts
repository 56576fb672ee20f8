export declare function configurationJsonSchema(): object;
