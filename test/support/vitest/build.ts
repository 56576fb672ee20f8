/** Builds what is out of date; vitest runs it once, before the tests. */
export default async function build(): Promise<void> {
  const module = (await import(new URL('../../../scripts/build.mjs', import.meta.url).href)) as {
    build(): Promise<void>;
  };
  await module.build();
}
