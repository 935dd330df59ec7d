/**
 * Of the worker that a host runs the core in. Without a limit, memory for young objects grows to a hundred megabytes
 * while a million codes come, and stays; with it, collecting them is as fast and each pause is shorter.
 */
export const coreLimits = { maxYoungGenerationSizeMb: 12 } as const;
