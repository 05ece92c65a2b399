import { expect, it } from 'vitest'
import { outputEstimator } from './typical-output.ts'

function fed(outputs: readonly number[], options = {}) {
  const estimator = outputEstimator(options)
  for (const output of outputs) estimator.record('key', 'gpt-4o', output)
  return estimator
}

const oneTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

it('says nothing before there are answers enough', () => {
  expect(fed(oneTo(19)).typical('key', 'gpt-4o')).toBeUndefined()
  expect(fed(oneTo(20)).typical('key', 'gpt-4o')).toEqual({ p95: 19, p99: 20 })
})

it('quantiles are of the answers themselves, in whatever order they came', () => {
  expect(fed(oneTo(100).reverse()).typical('key', 'gpt-4o')).toEqual({ p95: 95, p99: 99 })
  expect(fed([...oneTo(99).fill(10), 9_000]).typical('key', 'gpt-4o')).toEqual({ p95: 10, p99: 10 })
})

it('old answers are forgotten, and a new one counts at once', () => {
  const estimator = fed([...oneTo(128).fill(5_000), ...oneTo(128).fill(7)])
  expect(estimator.typical('key', 'gpt-4o')).toEqual({ p95: 7, p99: 7 })
  for (let i = 0; i < 7; i += 1) estimator.record('key', 'gpt-4o', 800)
  expect(estimator.typical('key', 'gpt-4o')).toEqual({ p95: 800, p99: 800 })
})

it('keys and models are kept apart', () => {
  const estimator = fed(oneTo(50))
  expect(estimator.typical('other', 'gpt-4o')).toBeUndefined()
  expect(estimator.typical('key', 'gpt-4o-mini')).toBeUndefined()
})

it('only so many pairs are remembered', () => {
  const estimator = fed(oneTo(50), { maxPairs: 2 })
  for (const key of ['a', 'b']) estimator.record(key, 'gpt-4o', 1)
  expect(estimator.typical('key', 'gpt-4o')).toBeUndefined()
})
