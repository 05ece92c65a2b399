import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { TRANSLATION_PAGE, translationPage } from '../scripts/build-translation.ts'

it('the table of what translations lose is what the dialects declare: npm run build:docs', () => {
  expect(readFileSync(TRANSLATION_PAGE, 'utf8')).toBe(translationPage())
})
