import { expect, it } from 'vitest'
import { find, read } from '../support/sources.ts'

/** Sentences in italics: the names of tests. */
const names = Array.from(
  read('docs/reference/guarantees.md').matchAll(/(?<![*\w])\*([^*|]+?)\*(?!\*)/g),
  ([, name = '']) => name.replaceAll(/\s+/g, ' '),
)

const tests = find('test/**/*.{test,prove}.ts', 'packages/{kit,gateway}/src/**/*.ts').map(read).join('\n')
const lines = tests.split('\n')

/** What a name leaves open stands for anything: `…` in the page, `%s` or `$name` in the test. */
function isInTests(name: string): boolean {
  const parts = name.split('…')
  return lines.some((line) => {
    let from = 0
    return parts.every((part) => {
      const at = line.indexOf(part, from)
      from = at + part.length
      return at >= 0
    })
  })
}

it('every test that is named as holding a guarantee is there', () => {
  expect(names.length).toBeGreaterThan(80)
  expect(names.filter((name) => !isInTests(name))).toEqual([])
})

/** Those of PAINS that the ledger answers for; the others are for other rooms. */
const PAINS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 17, 18, 19, 20, 21, 22, 23]

it('every pain that the ledger answers for has a test of its name', () => {
  const titles = Array.from(
    tests.matchAll(/^\s*(?:it|describe)[\w.()]*\(\s*'(.+?)'/gm),
    ([, title = '']) => title,
  )
  const named = titles.flatMap((title) => /^(P\d+b?(?:, P\d+)*):/.exec(title)?.[1]?.split(', ') ?? [])
  expect(PAINS.filter((pain) => !named.includes(`P${pain}`))).toEqual([])
})
