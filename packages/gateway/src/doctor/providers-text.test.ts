import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { loadConfig } from '../config/index.ts'
import { providersText } from './providers-text.ts'

function found(text: string, env: Record<string, string> = {}) {
  const cwd = mkdtempSync(join(tmpdir(), 'tollgate-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  writeFileSync(join(cwd, 'tollgate.yaml'), text)
  return providersText(() => loadConfig({ file: 'tollgate.yaml', env, cwd }))
}

it('names providers by whom they are taken for', () => {
  const config = [
    'providers:',
    '  fast: { preset: groq, apiKey: k }',
    '  cloud: { preset: bedrock, region: eu-central-1 }',
    '  own: { dialect: openai, baseUrl: "http://10.0.0.1/v1" }',
    // By its address alone.
    '  same: { dialect: openai, baseUrl: "https://api.mistral.ai/v1", apiKey: k }',
    '  paid: { dialect: http, baseUrl: "https://api.example" }',
    `  openai: { apiKey: "\${NOT_SET}" }`,
  ].join('\n')
  expect(found(config)).toBe(
    'fast (preset groq), cloud (preset bedrock), own (dialect openai), same (preset mistral), paid (dialect http), openai (left out)',
  )
})

it('says so where the config cannot be read whole', () => {
  expect(found('providers: { x: { preset: nobody } }')).toMatch(/config check says why/)
})

it('says who stands in where nobody is named', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tollgate-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  expect(providersText(() => loadConfig({ file: undefined, env: {}, cwd }))).toBe('none: the simulated one')
})
