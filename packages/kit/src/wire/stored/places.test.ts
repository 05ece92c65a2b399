import { expect, it } from 'vitest'
import { storedPlace } from './places.ts'

it.each<[Parameters<typeof storedPlace>[0], string, ReturnType<typeof storedPlace>]>([
  ['openai', '/files', { at: 'all', name: '/files' }],
  ['openai', '/files/file-1', { at: 'one', id: 'file-1', below: false }],
  ['openai', '/files/file-1/content', { at: 'one', id: 'file-1', below: true }],
  ['openai', '/FILES/file-1', { at: 'one', id: 'file-1', below: false }],
  ['openai', '/responses/resp_1/input_items', { at: 'one', id: 'resp_1', below: true }],
  ['openai', '/responses/input_tokens', { at: 'all', name: '/responses' }],
  ['openai', '/chat/completions/chatcmpl-1', { at: 'one', id: 'chatcmpl-1', below: false }],
  ['openai', '/fine_tuning/jobs/ftjob-1/events', { at: 'one', id: 'ftjob-1', below: true }],
  ['openai', '/threads/runs', { at: 'all', name: '/threads' }],
  ['openai', '/evals', { at: 'everything' }],
  ['openai', '/evals/eval_1/runs', { at: 'everything' }],
  ['openai', '/filesystem/x', undefined],
  ['openai', '/rerank', undefined],
  ['anthropic', '/messages/batches/b_1/results', { at: 'one', id: 'b_1', below: true }],
  ['anthropic', '/messages/batches', { at: 'all', name: '/messages/batches' }],
  ['gemini', '/files/abc', { at: 'one', id: 'files/abc', below: false }],
  ['gemini', '/batches/123:cancel', { at: 'one', id: 'batches/123', below: false }],
  ['gemini', '/cachedContents/x', { at: 'one', id: 'cachedContents/x', below: false }],
  ['gemini', '/models/veo-3/operations/o1', { at: 'one', id: 'models/veo-3/operations/o1', below: false }],
  ['gemini', '/models/gemini-2.5-flash:batchGenerateContent', { at: 'everything' }],
  ['gemini', '/models/gemini-2.5-flash%3AbatchGenerateContent', { at: 'everything' }],
  ['converse', '/model-invocation-job/abc', { at: 'one', id: 'abc', below: false }],
])('%s %s', (dialect, path, expected) => {
  expect(storedPlace(dialect, path)).toEqual(expected)
})
