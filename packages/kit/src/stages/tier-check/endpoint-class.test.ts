import { expect, it } from 'vitest'
import { endpointClass } from './endpoint-class.ts'

it.each([
  ['/v1/images/generations', 'images'],
  ['/v1/images/edits', 'images'],
  ['/openai/v1/images/variations', 'images'],
  ['/v1/audio/speech', 'audio'],
  ['/v1/audio/transcriptions', 'audio'],
  ['/v1/audio/translations', 'audio'],
  ['/v1/realtime', 'realtime'],
  ['/v1/files', 'files'],
  ['/v1/Fine_Tuning/jobs', 'fine-tuning'],
])('%s is of the class %s', (path, expected) => {
  expect(endpointClass(path)).toBe(expected)
})

it.each(['/v1/chat/completions', '/v1/embeddings', '/v1/moderations', '/v1/models', '/v1/imagesque'])(
  '%s is open to every tier',
  (path) => {
    expect(endpointClass(path)).toBeUndefined()
  },
)
