import { describe, expect, it } from 'vitest'
import { json, target } from '../support/target.ts'

const FORBIDDEN = 'gpt-4o'

/** Letters that look like, or fold to, those of the forbidden name. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  g: 'ɡｇԌᵍ𝗀Ｇ',
  p: 'рｐρᴘ𝗉Ｐ',
  t: 'тｔτᴛ𝗍Ｔ',
  '-': '‐‑‒–—−﹣－_\u00ad',
  '4': '４④⁴₄𝟒٤',
  o: 'оｏοᴏ𝗈０0Ｏ',
}

const SPACES = [
  ' ',
  '\t',
  '\n',
  '\r',
  '\v',
  '\f',
  '\0',
  '\u00a0',
  '\u200b',
  '\u200d',
  '\u2028',
  '\u2060',
  '\u3000',
  '\ufeff',
  '%20',
  '%00',
  '+',
]

const PREFIXES = [
  'openai/',
  'OpenAI/',
  'azure/',
  'models/',
  '/',
  './',
  '../',
  '//',
  'a/../',
  'openai//',
  'openai:',
  'gpt-4o-mini/../',
  'gpt-4o-mini/',
  'gpt-4o-mini,',
  'gpt-4o-mini|',
  'gpt-4o-mini;',
  'gpt-4o-mini\0',
  'gpt-4o-mini\n',
  'gpt-4o-mini?',
  'gpt-4o-mini#',
  'chat',
]
const SUFFIXES = [
  '/',
  '.',
  '..',
  '/.',
  '/..',
  ':',
  '@',
  ':latest',
  '@latest',
  '-latest',
  '-2024-08-06',
  ':free',
  ':acme',
  '/gpt-4o-mini',
  ',gpt-4o-mini',
  '#gpt-4o-mini',
  '?x=1',
  '\0-mini',
  '\n-mini',
  '-min',
  '-MINI',
  '-mini ',
  '*',
]

/** All of the ways to spell the name in upper and lower case. */
function cases(name: string): string[] {
  const letters = [...name].flatMap((char, at) => (char.toLowerCase() === char.toUpperCase() ? [] : [at]))
  return Array.from({ length: 2 ** letters.length }, (_, mask) =>
    [...name]
      .map((char, at) =>
        (mask >> letters.indexOf(at)) & 1 && letters.includes(at) ? char.toUpperCase() : char,
      )
      .join(''),
  )
}

function spellings(): string[] {
  const chars = [...FORBIDDEN]
  const at = (index: number, text: string) =>
    [...chars.slice(0, index), text, ...chars.slice(index + 1)].join('')
  return [
    ...new Set([
      ...cases(FORBIDDEN),
      ...chars.flatMap((char, index) => [...(LOOKALIKES[char] ?? '')].map((other) => at(index, other))),
      ...chars.map((char, index) => at(index, `%${char.charCodeAt(0).toString(16)}`)),
      ...chars.map((char, index) => at(index, `\\u00${char.charCodeAt(0).toString(16)}`)),
      ...chars.map((char, index) => at(index, `${char}\u0301`)),
      ...SPACES.flatMap((space) => [
        space + FORBIDDEN,
        FORBIDDEN + space,
        FORBIDDEN.replace('-', `-${space}`),
      ]),
      ...PREFIXES.map((prefix) => prefix + FORBIDDEN),
      ...SUFFIXES.map((suffix) => FORBIDDEN + suffix),
      FORBIDDEN.split('').reverse().join(''),
      `\u202e${FORBIDDEN.split('').reverse().join('')}`,
      `"${FORBIDDEN}"`,
      `ft:${FORBIDDEN}:acme::id`,
    ]),
  ]
}

/** The forbidden model in JSON text that a parser decodes to its plain name, or to no text at all. */
const BODIES = [
  json({}).replace('gpt-4o-mini', '\\u0067\\u0070\\u0074-4o'),
  json({}).replace('gpt-4o-mini', 'gpt-4\\u006F'),
  json({}).replace('gpt-4o-mini', 'gpt\\u002d4o'),
  json({ model: [FORBIDDEN] }),
  json({ model: { toString: FORBIDDEN } }),
  json({}).replace('"model":"gpt-4o-mini"', `"__proto__":{"model":"${FORBIDDEN}"}`),
  json({}).replace('"model":"gpt-4o-mini"', `"mod\\u0065l":"${FORBIDDEN}"`),
  json({}).replace('"model":"gpt-4o-mini"', `"model":"gpt-4o-mini","model":"${FORBIDDEN}"`),
  json({}).replace('"model":"gpt-4o-mini"', `"model":"${FORBIDDEN}","model":"gpt-4o-mini"`),
  json({}).replace('"model":"gpt-4o-mini"', `"model":"gpt-4o-mini","m\\u006fdel":"${FORBIDDEN}"`),
  json({}).replace('"model":"gpt-4o-mini"', `"model":"gpt-4o-mini","MODEL":"${FORBIDDEN}"`),
  json({}).replace('"model":"gpt-4o-mini"', `"model":"gpt-4o-mini","Model":"${FORBIDDEN}"`),
]

describe.each([
  ['a plain name', ['gpt-4o-mini']],
  ['a wildcard', ['gpt-4o-mini*', 'text-embedding-*']],
])('a tier of %s', (_, models) => {
  const { attack } = target({
    tiers: { default: { models }, project: { models: [FORBIDDEN], approval: 'team-lead' } },
  })

  it('is not opened by any spelling of a model outside it', async () => {
    const all = spellings()
    expect(all.length).toBeGreaterThan(100)
    for (const model of all) {
      const { status, text } = await attack({ body: json({ model }) })
      expect([400, 403], `${JSON.stringify(model)}: ${text}`).toContain(status)
      expect(['invalid_request', 'model_not_allowed']).toContain(JSON.parse(text).error.code)
    }
  })

  it.each(BODIES)('is not opened by %s', async (body) => {
    const { status, text } = await attack({ body })
    expect([400, 403], text).toContain(status)
  })

  it('is not opened by a query, a header, another endpoint or an encoding of the path', async () => {
    const body = json({ model: FORBIDDEN })
    for (const path of [
      '/v1/chat/completions?model=gpt-4o-mini',
      '/v1//chat/completions',
      '/v1/%63hat/completions',
    ])
      expect([400, 403]).toContain((await attack({ path, body })).status)
    const headers = ['x-tollgate-model', 'gpt-4o-mini', 'x-model', 'gpt-4o-mini']
    expect((await attack({ body, headers })).status).toBe(403)
    const completion = JSON.stringify({ model: FORBIDDEN, prompt: 'hello' })
    expect((await attack({ path: '/v1/completions', body: completion })).status).toBe(403)
    const embedding = JSON.stringify({ model: FORBIDDEN, input: 'hello' })
    expect((await attack({ path: '/v1/embeddings', body: embedding })).status).toBe(403)
  })
})
