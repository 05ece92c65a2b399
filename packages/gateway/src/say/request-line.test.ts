import type { AuditRecord } from '@tollgate/kit/audit'
import { expect, it } from 'vitest'
import { requestLine } from './request-line.ts'

const at = new Date(2026, 10, 21, 12, 1, 7).getTime()
const record = {
  endedAtMs: at,
  org: 'acme',
  team: 'science',
  project: null,
  user: null,
  key: 'demo',
  decision: 'allowed',
  fault: null,
  wouldRefuse: null,
  attempts: [],
  model: 'gpt-4o-mini',
  ending: 'finished',
  status: 200,
  inputTokens: 18,
  cachedInputTokens: null,
  cacheWriteTokens: null,
  audioInputTokens: null,
  outputTokens: 9,
  audioOutputTokens: null,
  images: null,
  audioMs: null,
  characters: null,
  unit: null,
  unitThousandths: null,
  chargedNanoUsd: 8_000,
  basis: 'exact',
  latencyMs: 612,
} as unknown as AuditRecord

const line = (changes: Partial<AuditRecord>, left?: number) => requestLine({ ...record, ...changes }, left)

it('says the time, who called, the model, tokens, money and how long it took', () => {
  expect(line({}, 49_999_992_000)).toBe(
    '12:01:07  200 demo gpt-4o-mini 18→9 tok $0.000008 left $49.999992 612 ms',
  )
})

it.each<[string, Partial<AuditRecord>, string]>([
  [
    'a refusal has its code',
    { status: 429, decision: 'budget_exceeded', inputTokens: null, outputTokens: null, basis: null },
    '12:01:07  429 demo gpt-4o-mini budget_exceeded 612 ms',
  ],
  [
    'somebody unknown is nobody',
    {
      status: 401,
      decision: 'invalid_api_key',
      key: null,
      team: null,
      model: null,
      inputTokens: null,
      outputTokens: null,
      basis: null,
    },
    '12:01:07  401 - invalid_api_key 612 ms',
  ],
  [
    'a provider that failed has its fault',
    { status: 502, fault: 'provider_error', inputTokens: null, outputTokens: null, basis: null },
    '12:01:07  502 demo gpt-4o-mini provider_error 612 ms',
  ],
  [
    'what only observes is said',
    { wouldRefuse: 'budget_exceeded' },
    '12:01:07  200 demo gpt-4o-mini would refuse: budget_exceeded 18→9 tok $0.000008 612 ms',
  ],
  [
    'an estimate is marked',
    { ending: 'aborted', basis: 'estimated' },
    '12:01:07  200 demo gpt-4o-mini client left 18→9 tok $0.000008 (estimated) 612 ms',
  ],
  [
    'one that expired has no status',
    {
      ending: 'expired',
      status: null,
      inputTokens: null,
      outputTokens: null,
      basis: 'unconfirmed',
      latencyMs: null,
    },
    '12:01:07  expired demo gpt-4o-mini $0.000008 (unconfirmed)',
  ],
  [
    'all kinds of input count',
    { cachedInputTokens: 100, audioInputTokens: 2 },
    '12:01:07  200 demo gpt-4o-mini 120→9 tok $0.000008 612 ms',
  ],
  [
    'pictures that are billed by the piece are counted',
    { inputTokens: 0, outputTokens: 0, images: 2 },
    '12:01:07  200 demo gpt-4o-mini 2 pictures $0.000008 612 ms',
  ],
  [
    'so is text that is read aloud',
    { inputTokens: 0, outputTokens: 0, characters: 300 },
    '12:01:07  200 demo gpt-4o-mini 300 characters $0.000008 612 ms',
  ],
  [
    'sound is told by its length',
    { inputTokens: 0, outputTokens: 0, audioMs: 7_250 },
    '12:01:07  200 demo gpt-4o-mini 7.3 s of sound $0.000008 612 ms',
  ],
  [
    'a paid API has the unit of its meter',
    { model: null, inputTokens: null, outputTokens: null, unit: 'minute', unitThousandths: 1_500 },
    '12:01:07  200 demo 1.5 minute $0.000008 612 ms',
  ],
])('%s', (_, changes, expected) => {
  expect(line(changes)).toBe(expected)
})

it('lets no name begin a line of its own, colour the terminal, or fill it', () => {
  const text = line({ model: `a\n12:00:00  200 root\x1b[31m${'x'.repeat(500)}` })
  expect(text).not.toMatch(/[\n\x1b]/)
  expect(text.length).toBeLessThan(160)
})
