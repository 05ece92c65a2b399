import { createRequire } from 'node:module'
import type { ForeignHandler, Stage } from '@tollgate/kit/core'
import { stageMeta } from '@tollgate/kit/core'
import type { StageMaterials } from './materials.ts'

const requireModule = createRequire(__filename)

/**
 * A stage of the operator's own, from the module that the config names: what it exports, alone, by default or as
 * `stage`, is a stage, or a function that is given the gateway's materials and makes one.
 *
 * @throws Error that names the module, when it cannot be loaded or is neither.
 */
export function moduleStage(path: string, materials: StageMaterials): Stage | ForeignHandler {
  const exported = exportOf(load(path))
  if (stageMeta(exported)) return exported as Stage
  const made: unknown = typeof exported === 'function' ? exported(materials) : undefined
  if (typeof made === 'function') return made as Stage | ForeignHandler
  throw new Error(
    `pipeline: ${path} exports no stage, and no function that makes one: export one by defineStage`,
  )
}

function load(path: string): unknown {
  try {
    return requireModule(path)
  } catch (cause) {
    throw new Error(
      `pipeline: ${path} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    )
  }
}

/** CommonJS and ES modules, by whichever name the one thing they export has. */
function exportOf(loaded: unknown): unknown {
  if (typeof loaded !== 'object' || loaded === null) return loaded
  const { default: byDefault, stage } = loaded as { default?: unknown; stage?: unknown }
  return byDefault ?? stage
}
