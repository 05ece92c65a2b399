import { ERRORS } from '@tollgate/kit/core'
import { expect, it } from 'vitest'
import { sources } from './support/sources.ts'

const TABLE = 'packages/kit/src/core/errors.ts'
/** Where kinds of a provider's errors are named, some of which share a name with a code of ours. */
const PROVIDERS_OWN = /\/wire\/.*(?:errors|provider-error)\.ts$/

it('every code of the table is given by something of ours', () => {
  const code = sources('packages/{kit,gateway}/src/**/*.ts')
    .filter(({ path }) => path !== TABLE && !PROVIDERS_OWN.test(path) && !/\.test(-d)?\.ts$/.test(path))
    .map((source) => source.code)
    .join('\n')
  const given = (name: string) => code.includes(`'${name}'`)
  expect(Object.keys(ERRORS).filter((name) => !given(name))).toEqual([])
  expect(given('no_code_of_ours')).toBe(false)
})
