import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { hiding } from './hidden.ts'

const made = () => ({ name: 'openai', apiKey: 'sk-secret', apiKeys: undefined })

it('shows everything but what is hidden, however it is printed', () => {
  const provider = hiding(made(), 'apiKey', 'apiKeys')
  const around = { providers: [provider] }
  for (const printed of [
    JSON.stringify(around),
    inspect(around, { depth: 9 }),
    inspect(provider, { showHidden: true }),
    `${inspect(new Error('failed', { cause: provider }))}`,
  ]) {
    expect(printed).not.toContain('sk-secret')
    expect(printed).toContain('[redacted]')
    expect(printed).toContain('openai')
  }
})

it('is what it was to whoever reads it', () => {
  const provider = hiding(made(), 'apiKey')
  expect(provider.apiKey).toBe('sk-secret')
  expect(Object.keys(provider)).toEqual(['name', 'apiKey', 'apiKeys'])
  expect({ ...provider }).toEqual(made())
  expect(Object.isFrozen(Object.freeze(provider))).toBe(true)
})
