import type { Kernel, Scan, Workspace } from './kernel.ts'
import { SCAN_WASM } from './scan-bytes.ts'

/** What is used of WebAssembly, which the compiler knows in browsers only: https://webassembly.github.io/spec/js-api/ */
interface Engine {
  validate(bytes: Uint8Array): boolean
  readonly Module: new (bytes: Uint8Array) => object
  readonly Memory: new (pages: { readonly initial: number }) => Memory
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

interface Memory {
  readonly buffer: ArrayBuffer
  grow(pages: number): void
}

/** Bytes that WebAssembly gives memory by. */
const PAGE = 65_536

interface Exports {
  dots(rows: number, count: number, stride: number, query: number, out: number): void
  nearest(rows: number, count: number, stride: number, query: number, out: number, most: number): number
}

let compiled: Kernel | undefined

/** The kernel of `scan.wat`, compiled once; undefined where there is no WebAssembly (`node --jitless`), or none with SIMD. */
export function wasmKernel(): Kernel | undefined {
  const { WebAssembly: engine } = globalThis as { readonly WebAssembly?: Engine }
  if (engine) compiled ??= compile(engine, Buffer.from(SCAN_WASM, 'base64'))
  return compiled
}

function compile(engine: Engine, bytes: Uint8Array): Kernel | undefined {
  if (!engine.validate(bytes)) return undefined
  const scan = new engine.Module(bytes)
  return {
    name: 'wasm',
    bytesPerMs: { dots: 8_000_000, nearest: 8_000_000 },
    open(size) {
      const memory = new engine.Memory({ initial: Math.ceil(size / PAGE) })
      const instance = new engine.Instance(scan, { partition: { memory } })
      return workspaceOf(memory, instance.exports as Exports)
    },
  }
}

function workspaceOf(memory: Memory, { dots, nearest }: Exports): Workspace {
  let bytes = new Uint8Array(memory.buffer)
  return {
    get bytes() {
      return bytes
    },
    grow(wanted) {
      memory.grow(Math.max(0, Math.ceil((wanted - bytes.length) / PAGE)))
      bytes = new Uint8Array(memory.buffer)
    },
    dots: ({ rows, count, stride, query, out }: Scan) => dots(rows, count, stride, query, out),
    nearest: ({ rows, count, stride, query, out }: Scan, most) =>
      nearest(rows, count, stride, query, out, most),
  }
}
