import { expect, it } from 'vitest'
import prove from '../vitest.prove.config.ts'
import { find, sources } from './support/sources.ts'

it('every test that has a long version is in the long proof: npm run prove', () => {
  const long = sources('packages/*/src/**/*.test.ts', 'test/**/*.{test,prove}.ts').filter(({ imports }) =>
    imports.some(({ file }) => file === 'test/support/prove.ts'),
  )
  expect(long.length).toBeGreaterThan(0)
  const proved = new Set(find(...prove.test!.include!))
  expect(long.map(({ path }) => path).filter((path) => !proved.has(path))).toEqual([])
})
