import { showUsd } from '@tollgate/kit/core'
import type { UnbookedList } from '@tollgate/kit/ledger'
import type { Finding } from './finding.ts'

/** What the books of an org could charge to nobody, if there is any of it. */
export async function unbookedFindings(unbooked: UnbookedList, org: string): Promise<readonly Finding[]> {
  const settles = await unbooked.list(org)
  if (settles.length === 0) return []
  const cost = showUsd(settles.reduce((sum, { actual }) => sum + actual.usd, 0))
  const [charges, are] = settles.length === 1 ? ['charge', 'is'] : ['charges', 'are']
  const text = `${settles.length} ${charges}, ${cost} in all, ${are} booked on nobody. See to them with \`tollgate ledger unbooked\`.`
  return [{ check: 'unbooked', level: 'warn', text }]
}
