/** Between preload and main. Both ship together, so no version is negotiated. */
export const channels = {
  call: 'counterfoil:call',
  saveFile: 'counterfoil:save-file',
  push: 'counterfoil:push',
} as const;
