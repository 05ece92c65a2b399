// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the files under test have such placeholders.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { ConfigError, loadConfig } from './index.ts'

const cwd = mkdtempSync(join(tmpdir(), 'tollgate-config-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const SECRET = 'a-secret-that-no-message-may-repeat-0123456789'
const ENV = { OPENAI_API_KEY: 'sk-provider', SECRET, EMPTY: '' }

function load(text: string, env: Record<string, string> = ENV) {
  writeFileSync(join(cwd, 'tollgate.yaml'), text)
  return loadConfig({ file: 'tollgate.yaml', env, cwd })
}

function problemsOf(text: string, env?: Record<string, string>): readonly string[] {
  try {
    load(text, env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

/** Wrong files, a blank line between them; the lines that begin with `! ` are what is said of each. */
const wrongFiles = readFileSync(join(__dirname, '__fixtures__/wrong-files.txt'), 'utf8')
  .trimEnd()
  .split('\n\n')
  .map((block) => {
    const lines = block.split('\n')
    const said = lines.filter((line) => line.startsWith('! ')).map((line) => line.slice(2))
    return { file: lines.filter((line) => !line.startsWith('! ')).join('\n'), said }
  })

it.each(wrongFiles)('$file', ({ file, said }) => {
  const problems = problemsOf(file)
  expect(problems).toEqual(said)
  expect(problems.join()).not.toContain(SECRET)
  expect(problems.join()).not.toContain('hidden')
})

it('problems are printed one a line, each with the name of the file', () => {
  expect(() => load('mode: x\nwait: y')).toThrow(
    'tollgate.yaml: mode must be enforce or observe, not "x"\ntollgate.yaml: wait: "y" is not a duration: write 250ms, 30s or 5m',
  )
})

it('a variable whose file cannot be read is named', () => {
  expect(problemsOf('org: "${ONE}"', { ...ENV, ONE_FILE: '/nowhere/at/all' })).toEqual([
    'org: the file that ONE_FILE names cannot be read (ENOENT)',
  ])
})

it('what the parser stumbled over is never shown', () => {
  const texts = [
    `org: "${SECRET}\\q"`,
    `org: ${SECRET}: ${SECRET}`,
    `${SECRET}\norg: a`,
    `a: [${SECRET}`,
    `"${SECRET}`,
    `org: @${SECRET}`,
    `org: !${SECRET}`,
    `org: !!${SECRET} x`,
    `keys: [{ id: a, secret: *${SECRET} }]`,
  ]
  for (const text of texts) {
    expect(problemsOf(text), text).not.toEqual([])
    expect(problemsOf(text).join(), text).not.toContain(SECRET)
  }
})

it('a file of any shape is loaded or refused with problems, and never repeats a secret', () => {
  const names = fc.constantFrom(
    ...['teams', 'keys', 'tiers', 'routes', 'providers', 'policies', 'budgets', 'defaults', 'user', 'config'],
    ...[
      'id',
      'tier',
      'team',
      'secret',
      'period',
      'limit_usd',
      'listen',
      'admin',
      'port',
      'pipeline',
      'cache',
    ],
    ...['prices', 'audit', '__proto__', 'constructor', '*'],
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, 0, -1, 1e21, '', 'x', '${SECRET}', '${', 'a/b'),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(names, tie('tree'), { maxKeys: 5 }),
    ),
  }))
  fc.assert(
    fc.property(fc.dictionary(names, tree), (file) => {
      expect(problemsOf(JSON.stringify(file)).join()).not.toContain(SECRET)
    }),
    { numRuns: 500 },
  )
})
