/** What every account counts without having been given a limit; `limit` is where the books' arithmetic ends. */
export const TOTAL = { id: 'total', limit: 2 ** 53 - 2 ** 50 } as const
