import { create } from 'zustand';

/** While a scanner is being set up its keys belong to the set-up alone. */
export const useScannerTest = create<{ readonly listening: boolean }>(() => ({ listening: false }));
