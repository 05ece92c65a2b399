import type { Kept } from '../directory/record-store.ts'
import type { Grant } from '../directory/records.ts'
import type { AccountId } from '../ledger/ledger.ts'
import type { DeskParts } from './desk-parts.ts'
import { writeRaises } from './raises.ts'

/** The grant of an approved request: all of it follows from the decision, so that it is the same whoever makes it. */
export async function makeGrant(parts: DeskParts, request: Kept<'access_request'>): Promise<Kept<'grant'>> {
  const { records } = parts
  const { org, id, value } = request
  const { account, models, tier, raise, rates, reason, lastsMs, decided } = value
  const grant: Grant = {
    account,
    ...(models && { models }),
    ...(tier !== undefined && { tier }),
    ...(raise && { raise }),
    ...(rates && { rates }),
    approvedBy: decided!.by,
    reason: decided!.reason ?? reason,
    fromMs: decided!.atMs,
    untilMs: decided!.atMs + lastsMs,
    request: id,
  }
  const actor = { by: decided!.by, reason: grant.reason }
  const { kept } = await records.put({ kind: 'grant', org, id, value: grant, ifRevision: 0 }, actor)
  if (!kept) throw new Error(`the grant ${id} could not be kept`)
  if (raise) await writeRaises(parts.books, { org, account: account as AccountId })
  return kept
}
