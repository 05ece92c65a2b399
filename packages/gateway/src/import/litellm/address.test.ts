// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what is made has such placeholders.
import { describe, expect, it } from 'vitest'
import { carriedAddress } from './address.ts'

/** What LiteLLM is told, and below which address the same provider is called here. */
const SAME: readonly (readonly [preset: string, there: string, here: string])[] = [
  ['ollama', 'http://127.0.0.1:11434', 'http://127.0.0.1:11434/v1'],
  ['ollama', 'http://127.0.0.1:11434/', 'http://127.0.0.1:11434/v1'],
  ['ollama', 'http://127.0.0.1:11434/api/chat', 'http://127.0.0.1:11434/v1'],
  ['ollama', 'http://gpu/ollama/api/generate', 'http://gpu/ollama/v1'],
  ['ollama', 'http://127.0.0.1:11434/v1', 'http://127.0.0.1:11434/v1'],
  ['ollama', 'os.environ/OLLAMA_URL', '${OLLAMA_URL}/v1'],
  ['mistral', 'https://mistral.example', 'https://mistral.example/v1'],
  ['mistral', 'https://mistral.example/v1', 'https://mistral.example/v1'],
  ['mistral', 'os.environ/MISTRAL_URL', '${MISTRAL_URL}'],
  ['anthropic', 'https://claude.example', 'https://claude.example'],
  ['anthropic', 'https://claude.example/v1/messages', 'https://claude.example'],
  ['openai', 'https://models.example/v1', 'https://models.example/v1'],
  ['openai', 'https://models.example/v1/', 'https://models.example/v1'],
  ['openai', 'https://models.example/v1/chat/completions', 'https://models.example/v1'],
  ['openai', 'os.environ/OPENAI_BASE_URL', '${OPENAI_BASE_URL}'],
  ['vllm', 'http://gpu:8000/v1', 'http://gpu:8000/v1'],
  ['gemini', 'https://gemini.example/v1beta', 'https://gemini.example/v1beta'],
  ['azure', 'https://us.openai.azure.com/', 'https://us.openai.azure.com'],
  ['azure', 'https://us.openai.azure.com/openai/v1/', 'https://us.openai.azure.com'],
  [
    'azure',
    'https://us.openai.azure.com/openai/deployments/mini/chat/completions?api-version=2024-10-21',
    'https://us.openai.azure.com',
  ],
]

describe('an api_base', () => {
  it.each(SAME)('of %s: %s', (preset, there, here) => {
    expect(carriedAddress(preset, there)?.baseUrl).toBe(here)
  })

  it('says what became of it where that is not the same address', () => {
    expect(carriedAddress('openai', 'https://models.example/v1')?.differs).toBeUndefined()
    expect(carriedAddress('ollama', 'http://127.0.0.1:11434')?.differs).toContain('http://127.0.0.1:11434/v1')
    expect(carriedAddress('mistral', 'os.environ/MISTRAL_URL')?.differs).toContain('/v1')
  })

  it('that is the whole address of a call in another dialect is not carried', () => {
    expect(carriedAddress('cohere', 'https://api.cohere.ai/v1/chat')).toBeUndefined()
    expect(carriedAddress('vertex', 'https://proxy.example/models/gemini-2.5-pro')).toBeUndefined()
  })
})
