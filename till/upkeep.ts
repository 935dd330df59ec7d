/** Runs one thing after the other: backups and changes of the key, none of which bears another beside it. */
export type Upkeep = <T>(work: () => Promise<T>) => Promise<T>;

export function createUpkeep(): Upkeep {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine;
    return mine;
  };
}
