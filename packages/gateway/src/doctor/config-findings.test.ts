import { expect, it } from 'vitest'
import { ConfigError } from '../config/index.ts'
import { configFindings } from './config-findings.ts'

function found(text: string) {
  return configFindings(() => {
    throw new ConfigError('tollgate.yaml', [{ path: ['keys', 0, 'secret'], text }])
  })
}

it('says nothing of a config that a gateway starts from', () => {
  expect(configFindings(() => ({}))).toEqual([])
})

it('refuses what a start would fail for', () => {
  expect(found('LAB_KEY is not set')).toEqual([
    { check: 'config', level: 'refuse', text: 'keys[0].secret: LAB_KEY is not set.' },
  ])
})

it('asks for another look at a secret that only the user of the gateway may read', () => {
  expect(found('the file that LAB_KEY_FILE names cannot be read (EACCES)')).toEqual([
    expect.objectContaining({ check: 'config', level: 'ask' }),
  ])
})

it('hides no fault of another kind', () => {
  const broken = () => {
    throw new TypeError('broken')
  }
  expect(() => configFindings(broken)).toThrow(TypeError)
})
