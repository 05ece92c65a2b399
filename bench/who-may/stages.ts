import { join } from 'node:path'
import { authVirtualKey, defineStage, rateLimit, sqliteDirectory, tierCheck } from '@tollgate/kit'
import { callerTier, grantView, recordCache } from '@tollgate/kit/access'
import type { Stage } from '@tollgate/kit/core'
import { type Directory, issueKey, keyHasher } from '@tollgate/kit/directory'
import { attributed, authenticatorChain, failureThrottle } from '@tollgate/kit/identity'
import type { Limits } from '@tollgate/kit/limits'
import { virtualKeyAuthenticator } from '@tollgate/kit/stages/auth-virtual-key'
import { receiveCall } from '@tollgate/kit/wire'
import { ASKED_MODEL } from '../exchange.ts'
import { temporaryFolder } from '../processes/temporary-folder.ts'

const ORG = 'acme'
const masterKey = 'the master key of the bench, of thirty-two bytes'

const TIERS = {
  default: { models: ['gpt-4o-mini', 'claude-haiku-*', ASKED_MODEL], rank: 0 },
  project: { models: ['gpt-4o', 'claude-sonnet-*'], approval: 'team-lead', rank: 1 },
  experimental: { models: ['*'], endpoints: ['fine-tuning', 'images'], approval: 'director', rank: 2 },
} as const

/** Of each kind one; nobody in the bench goes as fast as any of them. */
const RATES = {
  key: { rpm: 1_000_000_000, tpm: 1_000_000_000, concurrency: 1_000 },
  team: { rpm: 1_000_000_000, tpm: 1_000_000_000, concurrency: 1_000 },
}

export interface BenchStages {
  /** What a client of them sends. */
  readonly authorization: string
  /** Reads the call, which whatever stage needs it first would do. */
  readonly reads: Stage<never, never, 'reads'>
  readonly auth: ReturnType<typeof authVirtualKey>
  readonly tier: ReturnType<typeof tierCheck>
  readonly pace: ReturnType<typeof rateLimit>
}

/** The stages as a gateway makes them: a key of a team and a user, three tiers, a grant to somebody else, and limits on key and team. */
export async function stagesOf(limits: Limits): Promise<BenchStages> {
  const directory = sqliteDirectory(join(temporaryFolder(), 'tollgate.db'))
  const hasher = keyHasher(masterKey)
  const { record, secret } = issueKey({ id: 'ci', org: ORG, team: 'red', user: 'ada', hasher })
  await directory.createKey(record)
  await fill(directory)

  const records = recordCache({ directory })
  const chain = authenticatorChain([virtualKeyAuthenticator({ directory, masterKey })], {
    throttle: failureThrottle(),
  })
  const projects = { required: false, has: () => false }
  const grants = grantView({ cache: records })
  return {
    authorization: `Bearer ${secret}`,
    reads: defineStage({
      name: 'reads',
      async handle(req) {
        await receiveCall(req)
      },
    }),
    auth: authVirtualKey({ authenticate: attributed(chain, { projects: () => projects }) }),
    tier: tierCheck({ tiers: tiersIn(records), tierOf: callerTier({ cache: records }), grants }),
    pace: rateLimit({ limits, rates: RATES, grants }),
  }
}

async function fill({ records }: Directory): Promise<void> {
  const [org, actor] = [ORG, { by: 'bench' }]
  for (const [id, value] of Object.entries(TIERS)) await records.put({ kind: 'tier', org, id, value }, actor)
  await records.put({ kind: 'team', org, id: 'red', value: { tier: 'default' } }, actor)
  const until = { fromMs: 0, untilMs: Date.now() + 86_400_000 }
  const grant = {
    account: 'user:bob',
    models: ['gpt-4o'],
    approvedBy: 'user:eve',
    reason: 'a trial',
    ...until,
  }
  await records.put({ kind: 'grant', org, id: 'trial', value: grant }, actor)
}

/** The tiers of an org as the directory has them, read once for as long as they are the same. */
function tiersIn(records: ReturnType<typeof recordCache>) {
  const read = new WeakMap<object, object>()
  return (org: string) => {
    const kept = records.all('tier', org)
    const made = (all: Awaited<typeof kept>) => {
      const known = read.get(all) ?? Object.fromEntries(all.map(({ id, value }) => [id, value]))
      read.set(all, known)
      return known as typeof TIERS
    }
    return kept instanceof Promise ? kept.then(made) : made(kept)
  }
}
