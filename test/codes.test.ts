import { ERRORS } from '@tollgate/kit/core'
import { expect, it } from 'vitest'
import { read, sources } from './support/sources.ts'

const TABLE = 'packages/kit/src/core/errors.ts'
/** Where kinds of a provider's errors are named, some of which share a name with a code of ours. */
const PROVIDERS_OWN = /\/wire\/.*(?:errors|provider-error)\.ts$/

/** Codes that stand in the table for a stage of somebody's own, and that nothing of ours answers with yet. */
it('docs/reference/errors.md says of a code that nothing of ours gives that no stage gives it, and of no other', () => {
  const code = sources('packages/{kit,gateway}/src/**/*.ts')
    .filter(({ path }) => path !== TABLE && !PROVIDERS_OWN.test(path) && !/\.test(-d)?\.ts$/.test(path))
    .map((source) => source.code)
    .join('\n')
  const unused = Object.keys(ERRORS).filter((name) => !code.includes(`'${name}'`))
  const sections = read('docs/reference/errors.md').split(/^## /m).slice(1)
  const told = sections.filter((section) => section.includes('No stage of this release'))
  expect(told.map((section) => section.split('\n', 1)[0])).toEqual(unused)
  expect(unused).toContain('not_cached')
})
