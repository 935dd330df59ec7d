declare const brand: unique symbol;

/** A nominal type: `Brand<string, 'OfferId'>` is a string that only the boundary may mint. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
