import { describe, expect, it } from 'vitest'
import { formatAt } from '../../../wire/formats.ts'
import { parseCall } from '../../../wire/receive.ts'
import { digitRuns } from './digit-runs.ts'
import { type Ineligible, whyIneligible } from './eligibility.ts'
import { hasIban } from './iban.ts'
import { passesLuhn } from './luhn.ts'
import { subjectOf } from './subject.ts'

const PATHS = {
  chat: '/v1/chat/completions',
  messages: '/v1/messages',
  generate: '/v1beta/models/gemini-2.5-flash:generateContent',
} as const

interface Asked {
  readonly endpoint?: keyof typeof PATHS
  readonly body?: object
  readonly isPrivate?: boolean
}

/** Why a text is not looked for; `counts` how often its words were looked at. */
function why(
  text: string,
  { endpoint = 'chat', body = {}, isPrivate = false }: Asked = {},
  counts = { looks: 0 },
): Ineligible | undefined {
  const said = endpoint === 'generate' ? { contents: [{ parts: [{ text: 'x' }] }] } : { messages: [USER] }
  const model = endpoint === 'generate' ? {} : { model: 'm', max_tokens: 9 }
  const whole = JSON.stringify({ ...model, ...said, ...body })
  const received = parseCall(Buffer.from(whole), PATHS[endpoint], formatAt(PATHS[endpoint]))!
  const look = () => {
    counts.looks += 1
    return subjectOf(text, { received, isPrivate })
  }
  return whyIneligible(look, text)
}

const USER = { role: 'user', content: 'x' }
const QUESTION = 'How do I reset the password of my account?'
const TOOL = { type: 'function', function: { name: 'look', parameters: {} } }

describe('a question is looked for', () => {
  it.each([
    QUESTION,
    'Wie setze ich das Passwort meines Kontos zurück?',
    'Comment réinitialiser le mot de passe de mon compte ?',
    '¿Cómo puedo restablecer la contraseña de mi cuenta?',
    'アカウントのパスワードをリセットする方法を教えてください',
    'More than 3 users cannot log in to our team, why?',
    'No puedo entrar en mi cuenta con mi contraseña',
    'How many of 500 rows does a page of the table show?',
  ])('%s', (text) => expect(why(text)).toBeUndefined())

  it('with tools that it may not call', () => {
    expect(why(QUESTION, { body: { tools: [TOOL], tool_choice: 'none' } })).toBeUndefined()
    const messages = { tools: [{ name: 'look', input_schema: {} }], tool_choice: { type: 'none' } }
    expect(why(QUESTION, { endpoint: 'messages', body: messages })).toBeUndefined()
    const gemini = { tools: [{}], toolConfig: { functionCallingConfig: { mode: 'NONE' } } }
    expect(why(QUESTION, { endpoint: 'generate', body: gemini })).toBeUndefined()
  })

  it('that tells of somebody, where only that one gets its answer', () => {
    expect(why('Why was the mail to ada@example.com not sent?')).toBe('personal')
    expect(why('Why was the mail to ada@example.com not sent?', { isPrivate: true })).toBeUndefined()
  })
})

describe('a question is not looked for that', () => {
  it.each<[Ineligible, string]>([
    ['length', 'Hello'],
    ['length', 'How '.repeat(501)],
    ['timely', 'What is the weather like in Paris?'],
    ['timely', 'Who is the current president of France?'],
    ['timely', 'What happened on 2026-11-21 in the markets?'],
    ['timely', 'Wie ist das Wetter in Berlin heute?'],
    ['timely', "Quel temps fait-il à Paris aujourd'hui ?"],
    ['timely', '¿Cuál es el precio del dólar en este momento?'],
    ['timely', 'Che tempo fa? Weather Milano'],
    ['follow_up', 'Tell me more about the second point of your answer'],
    ['follow_up', 'How does it work?'],
    ['follow_up', 'continue.....'],
    ['follow_up', 'Was ist mit den anderen Möglichkeiten, die du genannt hast?'],
    ['follow_up', 'Et pour les autres possibilités de la liste ?'],
    ['follow_up', '¿Y qué pasa con las otras opciones de la lista?'],
    ['edit', 'Please fix this function so that the tests are green'],
    ['edit', 'Why is the output wrong?\n```js\nconsole.log(1)\n```'],
    ['edit', 'Bitte korrigiere diesen Text und schicke mir die Fassung'],
    ['personal', 'Why was the mail to ada.l+x@mail.example.co.uk not sent?'],
    ['personal', 'Can you call my mother at +49 (30) 901820 please?'],
    ['personal', 'Is the number 030 / 90 18 20 00 a number in Berlin?'],
    ['personal', 'Why was my card 4111 1111 1111 1111 declined?'],
    ['personal', 'Is DE89 3704 0044 0532 0130 00 bitte a valid account?'],
    ['personal', 'Where is my order with the number 1234567890?'],
    ['personal', 'What became of 123e4567-e89b-42d3-a456-426614174000 in our logs?'],
  ])('%s: %s', (reason, text) => expect(why(text)).toBe(reason))

  it('tools, media: may call tools, or comes with a picture', () => {
    expect(why(QUESTION, { body: { tools: [TOOL] } })).toBe('tools')
    expect(why(QUESTION, { body: { tools: [TOOL], tool_choice: 'auto' } })).toBe('tools')
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }
    const messages = [{ role: 'user', content: [image] }, { role: 'assistant', content: 'A cat.' }, USER]
    expect(why(QUESTION, { body: { messages } })).toBe('media')
  })

  it.each(['a', 'a@', '1 ', '+', 'DE89', ';\n', '`', 'it ', '0-', ' ', '😀'])(
    'is 100 kB of %j, without a look at it',
    (unit) => {
      const counts = { looks: 0 }
      expect(why(unit.repeat(Math.ceil(100_000 / unit.length)), {}, counts)).toBe('length')
      expect(counts.looks).toBe(0)
    },
  )
})

describe('numbers of somebody', () => {
  it('are cards when their check digit is right', () => {
    expect(['79927398713', '4111111111111111', '378282246310005'].map(passesLuhn)).toEqual([true, true, true])
    expect(passesLuhn('79927398714')).toBe(false)
  })

  it('are accounts of any country when their remainder is right', () => {
    for (const iban of ['GB82 WEST 1234 5698 7654 32', 'fr1420041010050500013m02606', 'NO9386011117947'])
      expect(hasIban(`pay to ${iban} please`)).toBe(true)
    expect(hasIban('pay to GB82 WEST 1234 5698 7654 33 please')).toBe(false)
  })

  it('are read across separators, one text after the other', () => {
    expect(digitRuns('+49 (30) 90, then 1-2 and 3')).toEqual([
      { digits: '493090', hasPlus: true, groups: 3 },
      { digits: '12', hasPlus: false, groups: 2 },
      { digits: '3', hasPlus: false, groups: 1 },
    ])
  })
})
