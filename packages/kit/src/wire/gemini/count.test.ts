import { describe, expect, it } from 'vitest'
import { editCall } from '../edit.ts'
import { formatAt } from '../formats.ts'
import { parseCall } from '../receive.ts'

const PATH = '/v1beta/models/gemini-3-flash:countTokens'
const receive = (body: object) => parseCall(Buffer.from(JSON.stringify(body)), PATH, formatAt(PATH))!
const contents = [{ role: 'user', parts: [{ text: 'Hello' }] }]

describe('countTokens', () => {
  it('asks for nothing that costs', () => {
    const call = receive({ contents })
    expect(call).toMatchObject({ endpoint: 'count', inputBytes: 0, maxOutputTokens: 0, unpriced: [] })
    expect(call.format.path(call)).toBe('/models/gemini-3-flash:countTokens')
    expect(call.format.inputTexts(call.body)).toEqual([])
  })

  it('is answered with a number, and used no tokens', () => {
    const reader = receive({ contents }).format.answerReader()
    reader.push(Buffer.from('{"totalTokens": 31, "promptTokensDetails": []}'))
    expect(reader.end()).toEqual({ usage: { input: 0, output: 0 } })
  })

  it('names the model of a whole request, which must be the one in the path', () => {
    const whole = (model: string) => ({ generateContentRequest: { model, contents } })
    const edited = editCall(receive(whole('models/gemini-3-flash')), { model: 'gemini-3.5-flash' })
    expect(edited?.body()).toEqual(whole('models/gemini-3.5-flash'))
    expect(() => receive(whole('models/gemini-3-pro'))).toThrow('another model')
  })
})
