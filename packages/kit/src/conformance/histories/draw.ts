import type { AccountId, Amounts, Budget, Reserve } from '../../ledger/ledger.ts'
import { amounts, START_MS, TTL_MS } from '../ledger/bench.ts'
import { type Random, randomFrom } from '../ledger/random.ts'
import type { Command, History } from './command.ts'

/**
 * How large the amounts of a history are. Near 2^52 a sum that is not exact shows, and so does one that a store writes
 * down with fewer digits than it has.
 */
export type Scale = 'small' | 'near 2^52'

const LARGEST: Readonly<Record<Scale, number>> = { small: 1000, 'near 2^52': 2 ** 50 }
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const ORGS = ['acme', 'acme', 'acme', 'globex'] as const
const TEAMS: readonly AccountId[] = ['team:a', 'team:b']
const KEYS: readonly AccountId[] = ['key:1', 'key:2', 'key:3']
/** Nobody provisions these; of the users there are more than one parent may have. */
const USERS: readonly AccountId[] = ['user:1', 'user:2', 'user:3', 'user:4']
const NOBODY: AccountId = 'key:nobody'

/** What a history is drawn with: it knows what it has asked for, and nothing of what was answered. */
interface Pen {
  readonly random: Random
  readonly scale: Scale
  readonly reserved: Reserve[]
}

/**
 * A history that depends on its seed alone: two orgs with the same names in them, budgets of every kind, and commands of
 * every kind on reservations that may be running, ended, dead or never made. It ends long after every deadline.
 */
export function drawHistory(seed: number, scale: Scale, steps: number): History {
  const pen: Pen = { random: randomFrom(seed), scale, reserved: [] }
  const beginning = ['acme', 'globex'].flatMap((org) => [
    provision(pen, org, `org:${org}`),
    ...[...TEAMS, ...KEYS].map((account) => provision(pen, org, account)),
  ])
  const middle = Array.from({ length: steps }, () => oneOrMore(pen.random.pick(MOVES)(pen))).flat()
  return [...beginning, ...middle, ['wait', DAY_MS + 1000]]
}

type Moved = Command | History
type Move = (pen: Pen) => Moved

const oneOrMore = (moved: Moved): History =>
  typeof moved[0] === 'string' ? [moved as Command] : (moved as History)

function provision({ random, scale }: Pen, org: string, account: AccountId): Command {
  const limit = (share: number) => Math.floor(LARGEST[scale] * 4 * share) - random.int(3)
  const usd = { metric: 'usd', timeZone: 'Europe/Berlin', mode: 'hard' } as const
  const raise = { amount: limit(0.1), untilMs: untilMs(random) }
  const budgets: Readonly<Record<string, readonly Budget[]>> = {
    org: [
      { ...usd, id: 'day', window: 'day', limit: limit(1) },
      { ...usd, id: 'month', window: 'month', anchorDay: 19, limit: limit(0.9), mode: random.pick(MODES) },
    ],
    team: [
      { ...usd, id: 'hour', window: 'hour', limit: limit(0.5), ...(random.chance(0.3) && { raise }) },
      { ...usd, id: 'tokens', metric: 'tokens', window: 'total', timeZone: 'UTC', limit: 6000 },
    ],
    key: [
      { ...usd, id: 'week', window: 'week', limit: limit(random.pick([0.2, 0.4])) },
      { ...usd, id: 'warn', window: 'hour', limit: limit(0.1), mode: random.pick(MODES) },
      { ...usd, id: 'requests', metric: 'requests', window: 'hour', limit: 12 },
    ],
  }
  // Now and then a budget is taken away; the next provisioning gives it back.
  const [kind = ''] = account.split(':')
  return ['provision', org, account, budgets[kind]!.filter(() => !random.chance(0.05))]
}

const untilMs = (random: Random): number => START_MS + random.pick([HOUR_MS, 26 * HOUR_MS, 9 * DAY_MS])

const MODES = ['hard', 'soft'] as const

/** Up to, not including, a bound; all its digits are random. */
function below(random: Random, bound: number): number {
  if (bound <= 2 ** 30) return random.int(bound)
  return random.int(Math.floor(bound / 2 ** 30)) * 2 ** 30 + random.int(2 ** 30)
}

/** A share of what was asked for: often all of it, or nothing, or a unit beyond. */
function part(random: Random, whole: number): number {
  return random.pick([0, whole, whole + 1, below(random, whole + 1), below(random, whole + 1)])
}

/** The next reservation in an org. Two orgs may give the same names to different reservations. */
function nextOf({ reserved }: Pen, org: string, asked: Partial<Reserve>): Reserve {
  const command: Reserve = {
    org,
    id: `r${reserved.filter((one) => one.org === org).length}`,
    path: [`org:${org}`],
    ...SOMETHING,
    ...asked,
  }
  reserved.push(command)
  return command
}

/** Whatever is left, down to nothing. */
const SOMETHING = {
  min: amounts(0),
  want: amounts(1),
  bound: 'proven',
  ttlMs: TTL_MS,
  owner: 'one',
  memo: { requestId: 'req', model: 'm', priceVersion: 'v1' },
} as const

const reserve: Move = (pen) => {
  const { random, scale } = pen
  const org = random.pick(ORGS)
  const want = amounts(below(random, LARGEST[scale]), random.int(500), random.pick([0, 1, 1, 1]))
  const least = random.pick([0, 0.3, 1, 1])
  const leaf = random.chance(0.02) ? NOBODY : random.pick(random.chance(0.25) ? USERS : KEYS)
  const command = nextOf(pen, org, {
    path: [`org:${org}`, random.pick(TEAMS), leaf],
    min: amounts(Math.floor(want.usd * least), random.pick([0, want.tokens]), want.requests),
    want,
    bound: random.chance(0.3) ? 'soft' : 'proven',
    ttlMs: random.pick([1000, TTL_MS, TTL_MS, 3 * HOUR_MS]),
    owner: random.pick(['one', 'two']),
    ...(random.chance(0.05) && { observe: true }),
  })
  return ['reserve', command]
}

/** Mostly what was reserved last: the older a reservation, the less is left to happen to it. */
function pick({ random, reserved }: Pen): Reserve | undefined {
  const back = random.int(random.chance(0.7) ? 6 : 40)
  return reserved[Math.max(0, reserved.length - 1 - back)]
}

/** A move that is made with a reservation, if there has been one. */
const withOne =
  (move: (pen: Pen, one: Reserve) => Moved): Move =>
  (pen) => {
    const one = pick(pen)
    return one ? move(pen, one) : []
  }

const again = withOne(({ random }, one) => {
  if (random.chance(0.7)) return ['reserve', one]
  const want = { ...one.want, usd: one.want.usd + 1 } as Amounts
  return ['reserve', { ...one, want }]
})

const extend = withOne(({ random, scale }, { org, id, want }) => {
  const usd = random.pick([0, Math.min(want.usd + below(random, LARGEST[scale] / 4), LARGEST[scale])])
  const total = amounts(usd, want.tokens + random.pick([0, 100]), 1)
  const min = amounts(random.pick([0, total.usd]), random.pick([0, total.tokens]))
  const consumed = amounts(random.pick([0, below(random, want.usd + 1)]), random.int(100))
  return ['extend', { org, id, min, want: total, consumed, ttlMs: TTL_MS }]
})

const heartbeat: Move = (pen) => {
  const chosen = [pick(pen), pick(pen)].filter((one) => one !== undefined)
  const org = chosen[0]?.org
  if (org === undefined) return []
  const ids = new Map(chosen.filter((one) => one.org === org).map((one) => [one.id, one]))
  const beats = [...ids.values()].map(({ id, want }) => ({
    id,
    observed: amounts(part(pen.random, want.usd), pen.random.int(100)),
  }))
  return ['heartbeat', org, beats, TTL_MS]
}

const settle = withOne(({ random }, { org, id, want }) => {
  const actual = amounts(part(random, want.usd), part(random, want.tokens), 1)
  const basis = random.pick(['exact', 'exact', 'estimated'] as const)
  const command = ['settle', { org, id, actual, basis, ...alerting(random) }] as const
  return random.chance(0.2) ? [command, command] : command
})

const alerting = (random: Random) => (random.chance(0.7) ? { alertAt: [1, 50, 80, 100, 200] } : {})

/** An estimate first, and the truth a moment later. */
const settleTwice = withOne(({ random }, { org, id, want }) => [
  ['settle', { org, id, actual: amounts(part(random, want.usd)), basis: 'estimated', ...alerting(random) }],
  [
    'settle',
    {
      org,
      id,
      actual: amounts(part(random, want.usd)),
      ...alerting(random),
      basis: random.pick(['exact', 'estimated']),
    },
  ],
])

const release = withOne((_, { org, id }) => ['release', org, id])

/** A release that overtakes its reservation, or a settle that belongs to none. */
const overtaken: Move = (pen) => {
  const { random } = pen
  const [, command] = reserve(pen) as readonly ['reserve', Reserve]
  const { org, id, want } = command
  if (random.chance(0.5))
    return [
      ['release', org, id],
      ['reserve', command],
    ]
  return ['settle', { org, id, actual: want, basis: 'exact' }]
}

const expire: Move = () => ['expire', 10_000]

/** The owner dies; what it held expires; often the truth comes late. */
const die = withOne((pen, one) => [['wait', one.ttlMs], ['expire', 10_000], ...oneOrMore(late(pen, one))])

function late(pen: Pen, { org, id, want }: Reserve): Moved {
  const observed = amounts(part(pen.random, want.usd))
  return pen.random.pick<Moved>([
    [],
    ['settle', { org, id, actual: amounts(part(pen.random, want.usd)), basis: 'exact' }],
    ['release', org, id],
    ['heartbeat', org, [{ id, observed }], TTL_MS],
    ['extend', { org, id, min: amounts(0), want, consumed: amounts(0), ttlMs: TTL_MS }],
  ])
}

const operator: Move = ({ random }) => {
  const filter = random.pick([{}, { org: 'acme' }, { owner: 'one' }, { org: 'globex', owner: 'two' }])
  return random.pick<Command>([
    ['expired', filter],
    ['settleExpired', 'observed', filter],
    ['settleExpired', 'zero', filter],
  ])
}

const adjust: Move = (pen) => {
  const { random } = pen
  const org = random.pick(ORGS)
  const account = random.pick([...KEYS, USERS[0]!])
  const command = { org, account, budget: random.pick(['total', 'week', 'warn']), reason: 'a history' }
  return ['adjust', { ...command, id: `a${random.int(8)}`, delta: random.int(200) - 100 }]
}

/** More for a while, something else instead, or nothing any more; for an account that nobody provisioned as well. */
const raise: Move = ({ random, scale }) => {
  const org = random.pick(ORGS)
  const account = random.pick<AccountId>([`org:${org}`, ...TEAMS, ...KEYS, ...USERS, NOBODY])
  const command = { org, account, budget: random.pick(['day', 'hour', 'week', 'warn', 'nothing']) }
  if (random.chance(0.3)) return ['raise', command]
  const amount = random.pick([1, LARGEST[scale], below(random, LARGEST[scale])])
  return ['raise', { ...command, raise: { amount, untilMs: untilMs(random) } }]
}

const provisionAgain: Move = (pen) => {
  const org = pen.random.pick(ORGS)
  return provision(pen, org, pen.random.pick<AccountId>([`org:${org}`, ...TEAMS, ...KEYS]))
}

/** Whole seconds, so that no window ends between what one store and another call now. */
const wait: Move = ({ random }) => ['wait', random.pick([1000, 7000, TTL_MS, 20 * 60_000, HOUR_MS])]

const waitLong: Move = ({ random }) => ['wait', random.pick([DAY_MS, 5 * DAY_MS, 8 * DAY_MS])]

/** A step back is taken when something has just been reserved in both orgs, so that every store has noted the time. */
const stepBack: Move = (pen) => [
  ...['acme', 'globex'].map((org): Command => ['reserve', nextOf(pen, org, SOMETHING)]),
  ['wait', -pen.random.pick([2000, TTL_MS])],
]

const reopen: Move = () => ['reopen']

const WEIGHTS: readonly (readonly [move: Move, weight: number])[] = [
  [reserve, 40],
  [again, 3],
  [overtaken, 2],
  [extend, 10],
  [heartbeat, 6],
  [settle, 14],
  [settleTwice, 3],
  [release, 4],
  [die, 6],
  [expire, 2],
  [operator, 3],
  [adjust, 2],
  [provisionAgain, 2],
  [raise, 3],
  [wait, 4],
  [waitLong, 1],
  [stepBack, 1],
  [reopen, 1],
]

const MOVES: readonly Move[] = WEIGHTS.flatMap(([move, weight]) => Array<Move>(weight).fill(move))
