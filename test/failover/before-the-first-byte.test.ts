import type { Attempt } from '@tollgate/kit/stages/provider-failover'
import { beforeAll, describe, expect, it } from 'vitest'
import { EVENTS, failingFirst, JSON_TYPE, refuses, WORST } from './failing-first.ts'
import {
  answers,
  begins,
  breaksPromise,
  endsWell,
  hangUp,
  type Misbehaviour,
  noise,
  rawProvider,
  reset,
  silence,
} from './raw-provider.ts'
import { type Bench, loadVocabulary } from './three-providers.ts'

beforeAll(loadVocabulary, 60_000)

/** What a failure at the first deployment comes to, when the second one answers. */
interface Row {
  readonly title: string
  readonly behaviour: Misbehaviour
  readonly outcome: Attempt['outcome']
  readonly reason: Attempt['reason']
  /** It may have been generated, and is charged for. */
  readonly paid: boolean
  /** Its breaker is open afterwards: one failure is enough here. */
  readonly opens: boolean
  /** Its key rests for the reason instead. */
  readonly rests: boolean
  /** Only where this was asked for. */
  readonly only?: 'stream' | 'json'
}

type Failing = readonly [title: string, behaviour: Misbehaviour, only?: Row['only']]

/** No answer came, or none that is whole: it may have been generated, and its deployment is failing. */
const unanswered = (
  outcome: Row['outcome'],
  reason: Row['reason'],
  [title, behaviour, only]: Failing,
): Row => {
  const row = { title, behaviour, outcome, reason, paid: true, opens: true, rests: false }
  return only ? { ...row, only } : row
}

/** A status says that nothing was generated. */
const refused = (
  status: string,
  error: object,
  reason: Row['reason'],
  shuts?: 'deployment' | 'key',
): Row => ({
  title: `${status}: ${reason}`,
  behaviour: refuses(status, error),
  outcome: 'refused',
  reason,
  paid: false,
  opens: shuts === 'deployment',
  rests: shuts === 'key',
})

const BROKEN: readonly Failing[] = [
  ['a reset', reset],
  ['a hang-up', hangUp],
  ['no HTTP', noise],
  ['half a JSON answer and a reset', begins(JSON_TYPE, '{"choices":', reset), 'json'],
  ['less than was promised', breaksPromise(JSON_TYPE, '{"choices":[]}'), 'json'],
  ['half an event and a reset', begins(EVENTS, 'data: {"cho', reset), 'stream'],
]

const LATE: readonly Failing[] = [
  ['silence', silence],
  ['a head and then silence', begins(EVENTS, '', silence)],
  ['half a JSON answer and then silence', begins(JSON_TYPE, '{"choices":', silence), 'json'],
]

const EMPTY: readonly Failing[] = [
  ['an empty stream', begins(EVENTS, '', endsWell)],
  ['an empty body', answers('200 OK', JSON_TYPE, '')],
]

const MALFORMED: readonly Failing[] = [
  ['a body cut in half', begins(JSON_TYPE, '{"choices":[{"mess', endsWell)],
  ['a page of HTML', answers('200 OK', 'text/html', '<html>Sign in</html>')],
]

const BUSY = 'data: {"error":{"message":"Busy.","code":503}}\n\n'
const NOT_NOW = { message: 'Not now.' }

const ROWS: readonly Row[] = [
  ...BROKEN.map((each) => unanswered('broken', 'broken', each)),
  ...LATE.map((each) => unanswered('timeout', 'timeout', each)),
  ...EMPTY.map((each) => unanswered('refused', 'empty', each)),
  ...MALFORMED.map((each) => unanswered('refused', 'malformed', each)),
  unanswered('refused', 'server', [
    'a 200 that is an error',
    refuses('200 OK', { message: 'Upstream failed.', code: 502 }),
  ]),
  unanswered('refused', 'overloaded', ['a stream that begins with an error', begins(EVENTS, BUSY, endsWell)]),
  refused('408 Request Timeout', NOT_NOW, 'server', 'deployment'),
  refused('409 Conflict', NOT_NOW, 'conflict'),
  refused('500 Internal Server Error', NOT_NOW, 'server', 'deployment'),
  refused('502 Bad Gateway', NOT_NOW, 'server', 'deployment'),
  refused('503 Service Unavailable', NOT_NOW, 'overloaded', 'deployment'),
  refused('504 Gateway Timeout', NOT_NOW, 'server', 'deployment'),
  refused('529 Overloaded', NOT_NOW, 'overloaded', 'deployment'),
  refused('429 Too Many Requests', { message: 'Slow.', code: 'rate_limit_exceeded' }, 'rate_limited', 'key'),
  refused('429 Too Many Requests', { message: 'Pay.', code: 'insufficient_quota' }, 'quota', 'key'),
  refused('401 Unauthorized', { message: 'Who?', code: 'invalid_api_key' }, 'auth', 'key'),
  refused('403 Forbidden', { message: 'Not from there.' }, 'auth', 'key'),
  refused('404 Not Found', { message: 'None.', code: 'model_not_found' }, 'model_not_found'),
  refused('400 Bad Request', { message: 'No.', code: 'content_filter' }, 'content_filter'),
]

const cases = ROWS.flatMap((row) =>
  (['json', 'stream'] as const)
    .filter((asked) => (row.only ?? asked) === asked)
    .map((asked) => [`${row.title}, ${asked}`, row, asked === 'stream'] as const),
)

describe('the next deployment answers, and the client sees nothing of it', () => {
  it.each(cases)('%s', async (_, row, stream) => {
    const bench = await failingFirst({ silent: row.outcome === 'timeout' })
    bench.raw.next(row.behaviour)
    const answer = await bench.ask({ stream })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-tollgate-provider')).toBe('b')
    expect(answer.headers.get('x-tollgate-attempts')).toBe('2')
    const body = await answer.text()
    expect(body).toContain(stream ? '[DONE]' : '"finish_reason"')
    await expectCharged(bench, row)
    await bench.raw.closed()
    const [bad] = bench.health.read(Date.now())
    expect(bad).toMatchObject({ provider: 'a', breaker: row.opens ? 'open' : 'closed' })
    expect(bad!.closure?.why).toBe(row.opens ? 'failing' : row.rests ? row.reason : undefined)
  })
})

/** Every attempt has its reason and its charge, and the books are the sum of them. */
async function expectCharged({ attempts, b, books }: Bench, row: Row): Promise<void> {
  const [first, second] = await attempts()
  expect(first).toMatchObject({ provider: 'a', model: 'small', outcome: row.outcome, reason: row.reason })
  expect(second).toMatchObject({ provider: 'b', outcome: 'answered', status: 200 })
  const lost = first!.lostNanoUsd!
  if (row.paid) expect(lost).toBeGreaterThan(0)
  else expect(lost).toBe(0)
  expect(lost).toBeLessThanOrEqual(WORST.a)
  expect(await books()).toBe(lost + b.totals().nanoUsd)
}

describe('nothing was sent', () => {
  const nowhere: [string, string][] = [
    ['a port where nobody listens', 'http://127.0.0.1:1/v1'],
    ['a name that is not there', 'http://nobody.invalid/v1'],
    ['a host that does not speak TLS', ''],
  ]
  it.each(nowhere)('%s costs nothing', async (_, url) => {
    const raw = await rawProvider()
    const bench = await failingFirst({ at: url || raw.url.replace('http:', 'https:') })
    expect((await bench.ask()).status).toBe(200)
    expect((await bench.attempts())[0]).toMatchObject({
      outcome: 'unreachable',
      reason: 'unreachable',
      lostNanoUsd: 0,
    })
    expect(await bench.books()).toBe(bench.b.totals().nanoUsd)
  })
})
