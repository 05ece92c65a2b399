import { expect, it } from 'vitest'
import { PROVE } from '../../../../test/support/prove.ts'
import { entryFor } from '../conformance/cache/bench.ts'
import { type Random, randomFrom } from '../conformance/ledger/random.ts'
import type { Principal } from '../directory/principal.ts'
import { formatAt } from '../wire/formats.ts'
import { parseCall } from '../wire/receive.ts'
import type { CachePlace } from './entry.ts'
import { keyMaker } from './exact-key.ts'
import { memoryCache } from './memory/memory-cache.ts'
import { SHARES, scopeFor } from './scope.ts'

/** All of them with `npm run prove`, a share with every test run. */
const PAIRS = PROVE ? 100_000 : 4_000
const LONG_MS = PROVE ? 3_600_000 : 120_000

/** Names that would run into each other, or out of their place, wherever they are put together carelessly. */
const NAMES = [
  ...['a', 'b', 'A', 'a ', ' a', 'a:b', 'a/b', 'a|b', 'a,b', 'a"b', "a'b", 'a\\b', 'a\nb', 'a\u0000', 'ab'],
  ...['', 'team:a', 'org:a', '{a}', '%', '*', '..', '__proto__', 'constructor', 'é', 'e\u0301', '🌉', 'null'],
]

const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ'

/** One request, in all that it may differ in. */
interface Asked {
  readonly org: string
  readonly team: string
  readonly project: string
  readonly user: string
  readonly key: string
  readonly share: (typeof SHARES)[number]
  readonly endpoint: 'chat' | 'responses' | 'messages' | 'generate'
  readonly model: string
  readonly provider: string
  readonly system: string
  readonly history: readonly string[]
  readonly text: string
  readonly tools: readonly string[]
  readonly result: string
  readonly picture: string
  readonly temperature: number
  readonly seed: number
  readonly unknown: string
  readonly beta: string
  readonly tag: string
}

const DRAWN: { readonly [Field in keyof Asked]: (random: Random) => Asked[Field] } = {
  org: (random) => random.pick(NAMES),
  team: (random) => random.pick(NAMES),
  project: (random) => random.pick(NAMES),
  user: (random) => random.pick(NAMES),
  key: (random) => random.pick(NAMES),
  share: (random) => random.pick(SHARES.filter((share) => share !== 'global')),
  endpoint: (random) => random.pick(['chat', 'responses', 'messages', 'generate'] as const),
  model: (random) => random.pick(['gpt-4o', 'gpt-4o-mini', 'gpt-4o-mini-2024-07-18', 'gpt-4o-']),
  provider: (random) => random.pick(['openai', 'openai/', 'azure', '']),
  system: (random) => random.pick(NAMES),
  history: (random) => Array.from({ length: random.int(3) }, () => random.pick(NAMES)),
  text: (random) => random.pick(NAMES),
  tools: (random) => Array.from({ length: random.int(3) }, () => random.pick(NAMES)),
  result: (random) => random.pick(NAMES),
  // Without one, the last message is text alone, and other words may be looked for.
  picture: (random) => (random.chance(0.5) ? '' : PICTURE + random.pick(['', 'A', 'B', '='])),
  temperature: (random) => random.pick([0, 0.1, 0.2, 0.30000000000000004, 0.3]),
  seed: (random) => random.int(4),
  unknown: (random) => random.pick(NAMES),
  beta: (random) => random.pick(NAMES.filter((name) => name !== '')),
  tag: (random) => random.pick(NAMES),
}
const FIELDS = Object.keys(DRAWN) as (keyof Asked)[]

const PATHS = {
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
  messages: '/v1/messages',
  generate: '/v1beta/models/gpt:generateContent',
} as const

/** The request on the wire of its dialect. */
function bodyOf({
  endpoint,
  system,
  history,
  text,
  tools,
  result,
  picture,
  temperature,
  seed,
  unknown,
}: Asked) {
  const shared = { temperature, seed, unknown, model: 'asked-for' }
  if (endpoint === 'generate') {
    const image = { inlineData: { mimeType: 'image/png', data: picture } }
    const parts = picture === '' ? [{ text }] : [image, { text }]
    const said = [...history, result].map((text) => ({ role: 'model', parts: [{ text }] }))
    return {
      unknown,
      systemInstruction: { parts: [{ text: system }] },
      contents: [...said, { role: 'user', parts }],
      generationConfig: { temperature, seed },
      tools: [{ functionDeclarations: tools.map((name) => ({ name })) }],
    }
  }
  const said = [...history, result].map((content) => ({ role: 'assistant', content }))
  const functions = tools.map((name) => ({ type: 'function', name, function: { name } }))
  if (endpoint === 'responses') {
    const image = { type: 'input_image', image_url: `data:image/png;base64,${picture}` }
    const asked = { type: 'input_text', text }
    const content = picture === '' ? [asked] : [image, asked]
    return { ...shared, instructions: system, tools: functions, input: [...said, { role: 'user', content }] }
  }
  const image =
    endpoint === 'chat'
      ? { type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } }
      : { type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } }
  const asked = { type: 'text', text }
  const turns = [...said, { role: 'user', content: picture === '' ? [asked] : [image, asked] }]
  if (endpoint === 'messages')
    return { ...shared, max_tokens: 99, system, tools: tools.map((name) => ({ name })), messages: turns }
  return { ...shared, tools: functions, messages: [{ role: 'system', content: system }, ...turns] }
}

const keys = keyMaker(Buffer.alloc(32, 1))

interface Placed extends CachePlace {
  /** Where answers to other words are looked for; undefined where none are. */
  readonly partition: string | undefined
}

function placeOf(asked: Asked): Placed | undefined {
  const { org, team, project, user, key, share, endpoint, model, provider, beta, tag } = asked
  const principal: Principal = { org, team, project, user, key }
  const scope = scopeFor(principal, share)
  const received = parseCall(
    Buffer.from(JSON.stringify(bodyOf(asked))),
    PATHS[endpoint],
    formatAt(PATHS[endpoint]),
  )!
  const deployment = { provider: { name: provider, dialect: 'openai', baseUrl: '' }, model } as const
  const headers = { 'openai-beta': beta }
  const made = scope && keys.keyOf({ scope, received, deployment, headers, tags: [tag], vary: [] })
  // Of whom something was found, the next one is found by its bytes: that must keep them apart as well.
  made?.remember()
  return made && { id: made.id, scope, model, tags: [tag], partition: made.semantic()?.partition }
}

/** What two requests must have in common to share an answer; fields that a scope does not look at are not among it. */
function identityOf(asked: Asked): string {
  const { team, project, user, key, share, ...rest } = asked
  return JSON.stringify([
    { ...rest, tools: asked.tools },
    scopeFor({ org: asked.org, team, project, user, key }, share),
  ])
}

it(
  `of ${PAIRS} random pairs none shares an answer, or is looked for among others, that should not, and all that should are`,
  () => {
    const random = randomFrom(7)
    const store = memoryCache({ clock: { now: () => 0 } })
    const draw = (): Asked =>
      Object.fromEntries(FIELDS.map((field) => [field, DRAWN[field](random)])) as unknown as Asked
    let shared = 0
    let crossed = 0
    let looked = 0
    let strayed = 0
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const one = draw()
      // The hardest pairs differ in one thing alone; some in two, which might make up for each other.
      const fields = random.chance(0.3) ? [random.pick(FIELDS), random.pick(FIELDS)] : [random.pick(FIELDS)]
      const other = { ...one, ...Object.fromEntries(fields.map((field) => [field, DRAWN[field](random)])) }
      const [here, there] = [placeOf(one), placeOf(other)]
      if (!here || !there) continue
      const entry = entryFor(here, { expiresAtMs: 1_000 })
      void store.put(entry, (store.get(here) as { stamp: string }).stamp)
      const hit = (store.get(there) as { entry: unknown }).entry !== undefined
      const same = identityOf(one) === identityOf(other)
      if (same) shared += 1
      if (hit !== same) crossed += 1
      void store.delete(here.id)
      if (here.partition === undefined || there.partition === undefined) continue
      const sameButWords = identityOf({ ...one, text: '' }) === identityOf({ ...other, text: '' })
      if (sameButWords) looked += 1
      if ((here.partition === there.partition) !== sameButWords) strayed += 1
    }
    expect({ crossed, strayed }).toEqual({ crossed: 0, strayed: 0 })
    expect(shared).toBeGreaterThan(PAIRS / 100)
    expect(looked).toBeGreaterThan(PAIRS / 100)
  },
  LONG_MS,
)
