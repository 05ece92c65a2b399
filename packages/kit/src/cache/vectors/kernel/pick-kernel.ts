import { jsKernel } from './js-kernel.ts'
import type { Kernel } from './kernel.ts'
import { wasmKernel } from './wasm-kernel.ts'

/** The fastest kernel that this machine has, or the one that is asked for; WebAssembly is compiled here and not before. */
export function pickKernel(name?: Kernel['name']): Kernel {
  if (name === 'js') return jsKernel
  return wasmKernel() ?? jsKernel
}
