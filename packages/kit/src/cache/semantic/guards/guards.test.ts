import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LANGUAGES } from '../languages/languages.ts'
import { tokensOf } from '../tokens.ts'
import { compare } from './compare.ts'
import { featuresOf, packFeatures, unpackFeatures } from './features.ts'

const said = (one: string, other: string) => compare(featuresOf(one), featuresOf(other))

describe('guards', () => {
  it.each([
    ['number', 'How do I reset 3 devices?', 'How do I reset 4 devices?'],
    ['number', 'How do I split it into three parts?', 'How do I split it into four parts?'],
    ['number', 'What is a 5% discount worth?', 'What is a discount of 5 worth?'],
    ['number', 'What is -5 degrees in Fahrenheit?', 'What is 5 degrees in Fahrenheit?'],
    ['number', 'Which orders cost > 5 euros?', 'Which orders cost < 5 euros?'],
    ['number', 'Wie lösche ich fünfundzwanzig Dateien?', 'Wie lösche ich sechsundzwanzig Dateien?'],
    ['number', '如何重置 3 个设备？这个问题很重要', '如何重置 4 个设备？这个问题很重要'],
    ['negation', 'Why is my card accepted?', 'Why is my card not accepted?'],
    ['negation', 'How can I see it when it does load?', "How can I see it when it doesn't load?"],
    ['negation', 'A man is wearing a hat', "A man isn't wearing a hat"],
    ['negation', 'Reset account password', "Don't reset account password"],
    ['negation', 'Is it red and is it green?', 'Is it not red and is it not green?'],
    ['negation', 'Warum ist die Karte gültig?', 'Warum ist die Karte nicht gültig?'],
    ['negation', 'Pourquoi la carte est valable ?', "Pourquoi la carte n'est pas valable ?"],
    ['negation', '¿Por qué la tarjeta funciona?', '¿Por qué la tarjeta no funciona?'],
    ['opposite', 'How do I enable dark mode?', 'How do I disable dark mode?'],
    ['opposite', 'How do I turn dark-mode on?', 'How do I turn dark-mode off?'],
    ['opposite', 'Wie kann ich die Anzeige einschalten?', 'Wie kann ich die Anzeige ausschalten?'],
    ['opposite', "Comment activer l'affichage ?", "Comment désactiver l'affichage ?"],
    ['opposite', '¿Cómo activar la pantalla?', '¿Cómo desactivar la pantalla?'],
    ['name', 'What is the capital of France?', 'What is the capital of Spain?'],
    ['name', 'how do i open a .docx in app-v1?', 'how do i open a .docx in app-v2?'],
    ['name', 'what does ERR_4711 mean here?', 'what does ERR_4712 mean here?'],
    ['length', 'How do I pay?', 'How do I pay when my card is lost and my account was closed long ago?'],
  ] as const)('veto a different %s: %s – %s', (veto, one, other) => {
    expect(said(one, other)).toEqual({ veto })
    expect(said(other, one)).toEqual({ veto })
  })

  it.each([
    ['How do I reset my password?', 'What do I do to reset the password?'],
    ['How do I reset 1,000 devices?', 'How can I reset 1000 devices?'],
    ['How do I split it into 25 parts?', 'How do I split it into twenty-five parts?'],
    ['Can I pay two hundred and five?', 'May I pay 205 and is it possible?'],
    ["Why doesn't it load?", 'Why does it not load?'],
    ['Is it on or off?', 'Is it off or on?'],
    ['Where is the Eiffel Tower?', 'The Eiffel Tower is where?'],
  ])('say nothing against: %s – %s', (one, other) => {
    expect(said(one, other)).toEqual({ share: 1 })
  })

  it('have their doubts where only one side names something', () => {
    expect(said('How do I install it on Linux?', 'How do I install it on my computer?')).toEqual({
      share: 0.25,
    })
  })

  it('are stricter where there are no words for the language', () => {
    expect(said('パスワードをリセットする方法', 'パスワードのリセット方法は')).toEqual({ share: 0.5 })
    expect(said('Come posso reimpostare la password', 'Come si reimposta la password')).toEqual({
      share: 0.5,
    })
  })

  it('keep what they compare in bytes, and forget bytes that are something else', () => {
    const features = featuresOf("Why doesn't ERR_4711 go away after 3 tries, Ada?")
    expect(unpackFeatures(packFeatures(features))).toEqual(features)
    for (const bytes of ['', '{', '[]', '[1,"xx",false,[],[],[]]', '["1","en",false,[],[],[]]'])
      expect(unpackFeatures(Buffer.from(bytes))).toBeUndefined()
  })

  it('compare any two texts the same in both directions, and never one with itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (one, other) => {
        expect(said(one, other).veto).toBe(said(other, one).veto)
        expect(said(one, one).veto).toBeUndefined()
      }),
    )
  })
})

describe('tokens', () => {
  const HOSTILE = [
    'a',
    'A',
    '1',
    "'",
    'n',
    '-',
    'a-',
    '1.',
    '.',
    '\u0301',
    '😀',
    'é',
    '\n',
    'a1',
    "n'",
    '0',
    ' ',
    '二',
  ]

  it.each(HOSTILE)('of 100,000 times %j are at most as many, and features of them come', (unit) => {
    const text = unit.repeat(100_000)
    expect(tokensOf(text).length).toBeLessThanOrEqual(200_000)
    expect(featuresOf(text).length).toBe(text.length)
  })
})

describe.each(LANGUAGES)('words of $code', (language) => {
  it('are in lower case, and no opposite is its own', () => {
    const all = [
      ...language.common,
      ...language.negations,
      ...language.numbers.keys(),
      ...language.opposites.flat(),
    ]
    expect(all.filter((word) => word !== word.toLowerCase() || word === '')).toEqual([])
    expect(language.opposites.filter((pair) => pair.length !== 2 || pair[0] === pair[1])).toEqual([])
  })
})
