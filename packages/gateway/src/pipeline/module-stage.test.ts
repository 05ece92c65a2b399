import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stageMeta } from '@tollgate/kit/core'
import { expect, it, onTestFinished } from 'vitest'
import type { StageMaterials } from './materials.ts'
import { moduleStage } from './module-stage.ts'

const materials = { config: { org: 'acme' } } as StageMaterials
/** The built kit: what a module of an operator's own loads by itself. */
const kit = createRequire(__filename).resolve('@tollgate/kit')

function stageIn(file: string, text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, file)
  writeFileSync(path, text.replace('KIT', JSON.stringify(kit)))
  return moduleStage(path, materials)
}

const STAGE = `{ name: 'mine', handle() {} }`

it.each([
  ['a stage', 'mine.cjs', `module.exports = require(KIT).defineStage(${STAGE})`],
  ['a stage by name', 'mine.cjs', `exports.stage = require(KIT).defineStage(${STAGE})`],
  ['a stage of an ES module', 'mine.mjs', `import kit from KIT; export default kit.defineStage(${STAGE})`],
  [
    'a factory',
    'mine.cjs',
    `module.exports = ({ config }) => require(KIT).defineStage({ name: config.org, handle() {} })`,
  ],
])('takes %s', (_, file, text) => {
  expect(stageMeta(stageIn(file, text))?.name).toMatch(/^(mine|acme)$/)
})

it('takes a factory that makes a plain handler', () => {
  const handler = stageIn('mine.cjs', 'module.exports = () => function mine(req, res, next) { next() }')
  expect(handler.name).toBe('mine')
  expect(stageMeta(handler)).toBeUndefined()
})

it.each([
  ['nothing', 'module.exports = {}', /exports no stage/],
  ['a factory that makes nothing', 'module.exports = () => {}', /exports no stage/],
  ['a module that throws', `throw new Error('not today')`, /cannot be loaded: not today/],
])('refuses %s', (_, text, message) => {
  expect(() => stageIn('mine.cjs', text)).toThrow(message)
})
