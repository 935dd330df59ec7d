/** Which running sums a redemption belongs to. */
export function countsOf(redemption: {
  readonly businessDay: string;
  readonly operatorId: string;
  readonly customerId: string | null;
  readonly batchId: string | null;
}) {
  const { businessDay, operatorId, customerId, batchId } = redemption;
  return [
    { scope: 'all', key: '' },
    { scope: 'day', key: businessDay },
    { scope: 'operator', key: operatorId },
    ...(customerId === null ? [] : [{ scope: 'customer', key: customerId } as const]),
    ...(batchId === null ? [] : [{ scope: 'batch', key: batchId } as const]),
  ] as const;
}
