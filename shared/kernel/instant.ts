/** Instants are UTC milliseconds since 1970, as plain numbers; zones are applied only where people read them. */
export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
