import { type AccountId, budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import { describe, expect, it } from 'vitest'
import { type Random, randomFrom } from '../../packages/kit/src/conformance/ledger/random.ts'
import { closeAfter } from '../support/close-after.ts'
import { type Call, type GatewayFleet, metadataOf, ORG, startFleet } from '../support/fleet-gateways.ts'
import { faultTable } from '../support/fleet-table.ts'

const SEEDS = [1, 2, 3]
const CALLS = 240
const AT_ONCE = 24

const tried = faultTable()

/** One caller at the end of a branch, and every node of its branch but the org. */
type Leaf = Call['caller']

interface Tree {
  readonly leaves: readonly Leaf[]
  /** Every node, and the limit that it has; undefined: none of its own. */
  readonly limitUsd: ReadonlyMap<AccountId, string | undefined>
}

const nodesOf = (leaf: Leaf): AccountId[] =>
  Object.entries(leaf).map(([kind, id]) => `${kind}:${id}` as AccountId)

/** Teams with users with keys, as many as chance has it; limits that bind now at one level, now at another. */
function randomTree(random: Random, seed: number): Tree {
  const leaves: Leaf[] = []
  const limitUsd = new Map<AccountId, string | undefined>([['org:acme', undefined]])
  const upTo = (cents: number) => (random.chance(0.8) ? `0.${10 + random.int(cents)}` : undefined)
  for (let team = 0; team < 2 + random.int(2); team++) {
    for (let user = 0; user < 1 + random.int(3); user++) {
      for (let key = 0; key < 1 + random.int(2); key++) {
        const leaf = {
          team: `${seed}t${team}`,
          user: `${seed}t${team}u${user}`,
          key: `${seed}t${team}u${user}k${key}`,
        }
        leaves.push(leaf)
        const [teamNode, userNode, keyNode] = nodesOf(leaf)
        if (!limitUsd.has(teamNode!)) limitUsd.set(teamNode!, upTo(80))
        if (!limitUsd.has(userNode!)) limitUsd.set(userNode!, upTo(50))
        limitUsd.set(keyNode!, upTo(30))
      }
    }
  }
  return { leaves, limitUsd }
}

interface Sample {
  readonly spent: number
  readonly reserved: number
}

/** Look at the whole tree at one instant: within every limit, and each node the sum of what is below it. */
async function sample(ledger: Ledger, { leaves, limitUsd }: Tree): Promise<Map<AccountId, Sample>> {
  const states = await ledger.read(ORG, [...limitUsd.keys()])
  const found = new Map(states.map((state) => [state.account, state]))
  for (const { account, budgets } of states)
    for (const { spent, reserved, limit } of budgets)
      expect(spent + reserved, account).toBeLessThanOrEqual(limit)
  for (const kind of ['team', 'user'] as const)
    for (const id of new Set(leaves.map((leaf) => leaf[kind])))
      for (const amount of ['spent', 'reserved'] as const) {
        const below = leaves.filter((leaf) => leaf[kind] === id).map(({ key }) => found.get(`key:${key!}`)!)
        expect(found.get(`${kind}:${id!}`)![amount]).toBe(below.reduce((sum, one) => sum + one[amount], 0))
      }
  return found
}

/** Random calls of random leaves by random gateways, so many at a time. */
async function traffic({ call }: GatewayFleet, { leaves }: Tree, random: Random): Promise<number[]> {
  const statuses: number[] = []
  let left = CALLS
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) {
        const cap = 1 + random.int(800)
        const caller = random.pick(leaves)
        const { status } = await call(random.int(3), {
          caller,
          cap,
          length: 1 + random.int(cap),
          stream: random.chance(0.5),
        })
        statuses.push(status)
      }
    }),
  )
  return statuses
}

/** @see PAINS P18: LiteLLM #11962, #27394, #12905: a level of the hierarchy that nobody asks. */
describe('P18: a tree of accounts with random limits, under random traffic of three gateways', () => {
  it('is at every instant within every limit, and every node is the sum of what is below it', async () => {
    const fleet = await startFleet({ provider: { chunkIntervalMs: 0.2 } })
    closeAfter(fleet.close)
    await fleet.withLedger(async (ledger) => {
      let samples = 0
      let nodes = 0
      const answered = { served: 0, refused: 0 }
      for (const seed of SEEDS) {
        const random = randomFrom(seed)
        const tree = randomTree(random, seed)
        for (const [account, limit_usd] of tree.limitUsd)
          await ledger.provision(ORG, account, limit_usd ? [budgetFrom({ limit_usd, period: 'total' })] : [])
        let running = true
        const watching = (async () => {
          let inFlight = 0
          for (; running; samples++) {
            const found = await sample(ledger, tree)
            if (found.get('org:acme')!.reserved > 0) inFlight += 1
          }
          return inFlight
        })()
        const statuses = await traffic(fleet, tree, random).finally(() => {
          running = false
        })
        expect(await watching, `seed ${seed}: samples of traffic`).toBeGreaterThan(10)
        expect(new Set(statuses), `seed ${seed}`).toEqual(new Set([200, 429]))
        await fleet.atRest('org:acme')
        const found = await sample(ledger, tree)
        for (const account of tree.limitUsd.keys()) {
          if (account === 'org:acme') continue
          const [kind = '', id] = account.split(':')
          const theirs = fleet.provider.requests.filter((request) => metadataOf(request)[kind] === id)
          expect(found.get(account)!.spent, account).toBe(
            theirs.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0),
          )
        }
        nodes += tree.limitUsd.size
        answered.served += statuses.filter((status) => status === 200).length
        answered.refused += statuses.filter((status) => status === 429).length
      }
      tried({
        fault: `${SEEDS.length} trees, ${nodes} accounts, ${CALLS} calls each`,
        promised: 'spent + reserved ≤ limit at every node',
        happened: `held in ${samples} samples; ${answered.served} served, ${answered.refused} refused`,
        bound: '$0',
      })
    })
  })
})
