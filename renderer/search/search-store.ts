import { create } from 'zustand';

/** What is looked for. A scan on the search screen lands here instead of at the counter. */
export const useSearch = create<{ readonly text: string }>(() => ({ text: '' }));
