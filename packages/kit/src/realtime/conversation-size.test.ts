import { describe, expect, it } from 'vitest'
import { readClientEvent } from '../wire/openai/realtime/client-event.ts'
import { type ConversationSize, conversationSize } from './conversation-size.ts'

const PCM = 48

const event = (body: object) => readClientEvent(JSON.stringify(body))

/** So many ms of sound in base64. */
const sound = (ms: number) => Buffer.alloc(ms * PCM).toString('base64')

const append = (size: ConversationSize, ms: number) =>
  size.sent(event({ type: 'input_audio_buffer.append', audio: sound(ms) }), PCM)

const write = (size: ConversationSize, content: object) =>
  size.sent(event({ type: 'conversation.item.create', item: { type: 'message', content: [content] } }), PCM)

describe('the size of a conversation', () => {
  it('is at least a token for each byte that is written', () => {
    const size = conversationSize()
    write(size, { type: 'input_text', text: 'ünïcödé' })
    expect(size.tokens).toBeGreaterThanOrEqual(Buffer.byteLength('ünïcödé'))
    expect(size.heard).toBe(false)
  })

  it('is a token for 100 ms of sound, be it sent as such or in an item, and whether or not it has been committed', () => {
    const [streamed, whole] = [conversationSize(), conversationSize()]
    append(streamed, 30_000)
    expect(streamed.tokens).toBe(300)
    expect(streamed.heard).toBe(true)
    streamed.sent(event({ type: 'input_audio_buffer.commit' }), PCM)
    expect(streamed.tokens).toBeGreaterThanOrEqual(300)
    write(whole, { type: 'input_audio', audio: sound(30_000) })
    expect(whole.tokens).toBeGreaterThanOrEqual(300)
    expect(whole.tokens).toBeLessThan(600)
  })

  it('does not grow by silence that the provider has left out, nor by what is thrown away', () => {
    const size = conversationSize()
    append(size, 60_000)
    size.turnBegan(58_000)
    size.turnEnded(59_000)
    expect(size.tokens).toBeLessThan(50)
    size.sent(event({ type: 'input_audio_buffer.clear' }), PCM)
    expect(size.tokens).toBeLessThan(40)
  })

  it('is what the provider has counted, and what was said since it was asked', () => {
    const size = conversationSize()
    write(size, { type: 'input_text', text: 'x'.repeat(1_000) })
    const mark = size.mark()
    append(size, 10_000)
    size.counted(mark, { input: 200, audioInput: 30, output: 20 })
    expect(size.tokens).toBe(250 + 100)
  })

  it('counts every turn of a burst, though one response has read only the first', () => {
    const size = conversationSize()
    append(size, 10_000)
    size.turnBegan(0)
    size.turnEnded(2_000)
    const mark = size.mark()
    size.turnBegan(2_500)
    size.turnEnded(9_000)
    size.counted(mark, { input: 0, audioInput: 20, output: 5 })
    expect(size.tokens).toBeGreaterThanOrEqual(25 + 65 + 10)
  })

  it('is bounded by nothing once a picture is shown, until that has been counted', () => {
    const size = conversationSize()
    write(size, { type: 'input_image', image_url: 'data:image/png;base64,AAAA' })
    expect(size.tokens).toBe(Number.POSITIVE_INFINITY)
    const mark = size.mark()
    write(size, { type: 'input_image', image_url: 'data:image/png;base64,AAAA' })
    size.counted(mark, { input: 10, imageInput: 85, output: 5 })
    expect(size.tokens).toBe(Number.POSITIVE_INFINITY)
    size.counted(size.mark(), { input: 10, imageInput: 170, output: 5 })
    expect(size.tokens).toBe(185)
  })
})
