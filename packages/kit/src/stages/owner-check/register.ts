import { TollgateError } from '../../core/errors.ts'
import { warn } from '../../core/warn.ts'
import type { Claim, Owned, Owners } from '../../owners/owners.ts'
import type { Provider } from '../../wire/provider.ts'
import { isBelow } from '../../wire/stored/addresses.ts'
import type { StoredFacts } from '../../wire/stored/holdings.ts'

/** The register of owners, as one caller sees it. */
export interface Register {
  /**
   * What of these is the caller's, or in a bucket that is everybody's.
   *
   * @throws TollgateError `ledger_unavailable` when nobody can tell.
   */
  own(provider: Keeper, ids: readonly string[]): Promise<ReadonlyMap<string, StoredFacts>>
  /** What of these is somebody else's. @throws TollgateError `ledger_unavailable` when nobody can tell. */
  others(provider: Keeper, ids: readonly string[]): Promise<readonly string[]>
  /** Write down what the caller has made. What cannot be written down is nobody's, and said to the log. */
  claim(claim: Omit<Claim, 'owner'>): Promise<void>
  forget(provider: string, ids: readonly string[]): Promise<void>
}

/** Who stores what is asked about. */
export type Keeper = Pick<Provider, 'name' | 'buckets'>

export function registerOf(owners: Owners, owner: string): Register {
  return {
    async own({ name, buckets }, ids) {
      const open = ids.filter((id) => isBelow(buckets, id))
      const found = await looked(owners, name, ids)
      const mine = [...found].filter(([, owned]) => owned.owner === owner)
      return new Map([
        ...open.map((id) => [id, {}] as const),
        ...mine.map(([id, { facts }]) => [id, facts] as const),
      ])
    },
    async others({ name }, ids) {
      const found = await looked(owners, name, ids)
      return [...found].filter(([, owned]) => owned.owner !== owner).map(([id]) => id)
    },
    claim: (claim) => written(() => owners.claim({ ...claim, owner })),
    forget: (provider, ids) => written(() => owners.forget(provider, ids)),
  }
}

/** Fails closed: what nobody can tell to be the caller's is not given. */
async function looked(
  owners: Owners,
  provider: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Owned>> {
  try {
    return await owners.find(provider, ids)
  } catch (cause) {
    throw new TollgateError('ledger_unavailable', {
      message: 'Whose it is that this request names cannot be told just now. Try again shortly.',
      internal: `The register of owners did not answer: ${String(cause)}`,
      retryAfterMs: 1000,
      cause,
    })
  }
}

async function written(work: () => Promise<void> | void): Promise<void> {
  try {
    await work()
  } catch (cause) {
    warn(
      'TOLLGATE_OWNER_UNKNOWN',
      `The register of owners could not be told what a provider has stored, so that its maker cannot go on with it: ${String(cause)}`,
    )
  }
}
