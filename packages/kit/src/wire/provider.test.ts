import { describe, expect, it } from 'vitest'
import { chat } from './openai/chat/chat.ts'
import { presetProvider } from './presets/preset.ts'
import { presetAt, presetNamed } from './presets/table.ts'
import { deploymentAt, modelBehind, type Provider, priceQuery } from './provider.ts'
import { spokenBy } from './spoken-by.ts'

const provider: Provider = {
  name: 'cloud',
  dialect: 'gemini',
  baseUrl: 'https://cloud.example/google',
  priceAs: 'google',
  models: { 'our-claude': 'claude-haiku-4-5' },
  apart: [{ models: /^claude-/, as: { dialect: 'anthropic', baseUrl: 'https://cloud.example/anthropic' } }],
}

describe('a provider that serves some models apart', () => {
  it('speaks another dialect for them, and is the same object each time', () => {
    const claude = deploymentAt(provider, 'claude-haiku-4-5').provider
    expect(claude).toMatchObject({ name: 'cloud', dialect: 'anthropic', priceAs: 'google' })
    expect(deploymentAt(provider, 'claude-opus-4-5').provider).toBe(claude)
    expect(deploymentAt(provider, 'gemini-2.5-pro').provider).toBe(provider)
  })

  it('knows them behind names of one’s own, by which they are priced', () => {
    const deployment = deploymentAt(provider, 'our-claude')
    expect(deployment.provider.dialect).toBe('anthropic')
    expect(modelBehind(deployment)).toBe('claude-haiku-4-5')
    expect(priceQuery(deployment)).toMatchObject({ model: 'claude-haiku-4-5', priceAs: 'google' })
    expect(modelBehind(deploymentAt(provider, 'toString'))).toBe('toString')
  })
})

describe('a preset', () => {
  it('is known by its name, and by the address of a server for many', () => {
    expect(presetNamed('groq')?.baseUrl).toBe('https://api.groq.com/openai/v1')
    expect(presetAt('https://api.groq.com/openai/v1')?.name).toBe('groq')
    expect(presetAt('http://127.0.0.1:11434/v1')).toBeUndefined()
    expect(presetNamed('nobody')).toBeUndefined()
  })

  it('gives way to whatever is stated', () => {
    const ollama = presetNamed('ollama')!
    expect(presetProvider(ollama)).toMatchObject({ name: 'ollama', billing: 'none' })
    expect(
      presetProvider(ollama, { name: 'gpu', baseUrl: 'http://gpu:1/v1', billing: 'metered' }),
    ).toMatchObject({ name: 'gpu', baseUrl: 'http://gpu:1/v1', billing: 'metered', quirks: ollama.quirks })
  })
})

it('a format is made once for each provider’s quirks, and is its own where there are none', () => {
  const mistral = presetNamed('mistral')!
  const spoken = spokenBy(mistral, chat)
  expect(spoken).not.toBe(chat)
  expect(spokenBy(presetProvider(mistral), chat)).toBe(spoken)
  expect(spokenBy({}, chat)).toBe(chat)
})
