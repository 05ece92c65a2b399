import { describe, expect, it } from 'vitest'
import { madeIn } from './made-in.ts'
import { madeInEvents, madeInJson } from './made-reader.ts'

describe('what an answer says was stored', () => {
  it('a response, its items and its conversation, and what going on with it adds', () => {
    const answer = {
      id: 'resp_1',
      conversation: { id: 'conv_1' },
      output: [
        { id: 'rs_1', type: 'reasoning' },
        {
          id: 'msg_1',
          content: [
            {
              type: 'output_text',
              annotations: [{ type: 'container_file_citation', container_id: 'cntr_1', file_id: 'cfile_1' }],
            },
          ],
        },
      ],
      usage: { input_tokens: 100, output_tokens: 20 },
    }
    const { ids, tokens } = madeIn(answer)
    expect(ids.toSorted()).toEqual(['cfile_1', 'cntr_1', 'conv_1', 'msg_1', 'resp_1', 'rs_1'])
    // 100 + 20, and 16 for each of two items and for what begins the next.
    expect(tokens).toBe(168)
  })

  it('files of a batch, and what lies below something of the caller’s own', () => {
    expect(madeIn({ id: 'batch_1', output_file_id: 'file-2', error_file_id: null }).ids).toEqual([
      'batch_1',
      'file-2',
    ])
    const list = { data: [{ id: 'msg_1' }, { id: 'msg_2' }] }
    expect(madeIn(list).ids).toEqual([])
    expect(madeIn(list, { below: true }).ids).toEqual(['msg_1', 'msg_2'])
  })

  it('Gemini’s names, and never a name that a caller gives', () => {
    const file = {
      file: { name: 'files/abc', uri: 'https://generativelanguage.googleapis.com/v1beta/files/abc' },
    }
    expect(madeIn(file, { named: true }).ids).toEqual(['files/abc'])
    expect(madeIn({ id: 'vs_1', name: 'vs_of_somebody_else' }).ids).toEqual(['vs_1'])
  })

  it('nothing that a caller or a model has written', () => {
    const forged = {
      metadata: { id: 'theirs', file: { id: 'theirs' }, output_file_id: 'theirs' },
      instructions: '{"id":"theirs"}',
      tools: [{ container: { id: 'theirs' } }],
      content: [{ type: 'tool_use', input: { file_id: 'theirs', content: { file_id: 'theirs' } } }],
      previous_response_id: 'theirs',
    }
    expect(madeIn(forged).ids).toEqual([])
    for (const odd of [null, 1, 'x', [], [{ id: 'x' }]]) expect(madeIn(odd).ids).toEqual([])
  })

  it('no count where the provider has left out what did not fit: the next one may read it', () => {
    const answer = { id: 'resp_1', output: [], usage: { input_tokens: 3, output_tokens: 4 } }
    expect(madeIn({ ...answer, truncation: 'disabled' }).tokens).toBe(23)
    expect(madeIn({ ...answer, truncation: 'auto' })).toEqual({ ids: ['resp_1'] })
  })

  it('no count where the provider gives none, or an absurd one', () => {
    for (const usage of [
      null,
      {},
      { input_tokens: -1, output_tokens: 1 },
      { input_tokens: 1e300, output_tokens: 1 },
    ])
      expect(madeIn({ id: 'resp_1', output: [], usage }).tokens).toBeUndefined()
  })
})

describe('as its bytes pass', () => {
  const events = [
    { type: 'response.created', response: { id: 'resp_1', output: [], usage: null } },
    { type: 'response.output_text.delta', delta: '"id":"theirs"' },
    { type: 'response.output_item.done', item: { id: 'msg_1' } },
    {
      type: 'response.completed',
      response: { id: 'resp_1', output: [{ id: 'msg_1' }], usage: { input_tokens: 3, output_tokens: 4 } },
    },
  ]
  const bytes = Buffer.from(
    events.map((data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`).join(''),
  )

  it('a stream tells its response first, and its tokens at its end, wherever it is cut', () => {
    for (let size = 1; size < 64; size += 7) {
      const reader = madeInEvents()
      const told: unknown[] = []
      for (let at = 0; at < bytes.length; at += size) {
        reader.push(bytes.subarray(at, at + size))
        const made = reader.take()
        if (made) told.push(made)
      }
      expect(told[0]).toEqual({ ids: ['resp_1'] })
      expect(told.at(-1)).toEqual({ ids: ['resp_1', 'msg_1'], tokens: 39 })
    }
  })

  it('JSON is read at its end; what is too long, or no JSON, says nothing', () => {
    const reader = madeInJson()
    reader.push(Buffer.from('{"id":'))
    reader.push(Buffer.from('"resp_1"}'))
    expect(reader.take()).toBeUndefined()
    reader.end()
    expect(reader.take()).toEqual({ ids: ['resp_1'] })
    const broken = madeInJson()
    broken.push(Buffer.from('<h1>'))
    broken.end()
    expect(broken.take()?.ids ?? []).toEqual([])
  })
})
