import { describe, expect, it } from 'vitest'
import { namedInPath } from './named-in-path.ts'
import { storedPlace } from './places.ts'

const named = (dialect: Parameters<typeof namedInPath>[0], path: string) =>
  namedInPath(dialect, path, storedPlace(dialect, path))

describe('what a path names', () => {
  it.each<[Parameters<typeof namedInPath>[0], string, readonly string[], readonly string[]]>([
    ['openai', '/files/file-1/content', ['file-1'], []],
    ['openai', '/files', [], []],
    ['openai', '/rerank', [], ['rerank']],
    ['openai', '/fim/completions', [], ['fim', 'completions']],
    ['openai', '/what_comes/next-to.it', [], ['what_comes', 'next-to.it']],
    ['openai', '/what-comes/file-a1/read', ['file-a1'], ['what-comes', 'read']],
    ['openai', '/what-comes/resp_ABC', ['resp_ABC'], ['what-comes']],
    ['openai', '/what-comes/abcdefghijklmnopqrstuvwxyz', ['abcdefghijklmnopqrstuvwxyz'], ['what-comes']],
    ['openai', '/What-Comes', ['What-Comes'], []],
    ['anthropic', '/complete', [], ['complete']],
    ['gemini', '/models/imagen-4.0:predict', [], []],
    ['gemini', '/publishers/google/models/veo-3.0:predictLongRunning', [], []],
    ['gemini', '/shelves/a1:read', ['shelves/a1'], ['shelves']],
    ['gemini', '/shelves/report:read', [], ['shelves', 'shelves/report']],
    ['gemini', '/shelves/files/a1', ['files/a1'], ['shelves', 'shelves/files']],
    ['converse', '/guardrail/gr1/version/1/apply', [], []],
  ])('%s %s', (dialect, path, ids, words) => {
    expect(named(dialect, path)).toEqual({ ids, words })
  })
})
