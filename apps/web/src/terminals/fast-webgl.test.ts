// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it, vi } from 'vitest';
import { isFast } from './fast-webgl.ts';

const UNMASKED = 0x9246;
const MASKED = 0x1f01;

function contextOf(renderer: string, isNamed = true) {
  const loseContext = vi.fn();
  const extensions: Record<string, unknown> = {
    WEBGL_debug_renderer_info: isNamed ? { UNMASKED_RENDERER_WEBGL: UNMASKED } : null,
    WEBGL_lose_context: { loseContext },
  };
  const asked = isNamed ? UNMASKED : MASKED;
  const context = {
    RENDERER: MASKED,
    getExtension: (name: string) => extensions[name],
    getParameter: (what: number) => (what === asked ? renderer : ''),
  };
  return { context: context as unknown as WebGL2RenderingContext, loseContext };
}

describe('isFast', () => {
  it.each([
    'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)',
    'ANGLE (Mesa, llvmpipe (LLVM 15.0.6, 256 bits), OpenGL 4.5)',
    'ANGLE (Microsoft, Microsoft Basic Render Driver (0x0000008C) Direct3D11 vs_5_0 ps_5_0, D3D11)',
    'Apple Software Renderer',
  ])('is not what a processor imitates: %s', (renderer) => {
    expect(isFast(contextOf(renderer).context)).toBe(false);
    expect(isFast(contextOf(renderer, false).context)).toBe(false);
  });

  it.each([
    'ANGLE (Intel, Mesa Intel(R) Iris(R) Xe Graphics (TGL GT2), OpenGL 4.6)',
    'ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11)',
    'Apple M2',
  ])('is a graphics card: %s', (renderer) => {
    expect(isFast(contextOf(renderer).context)).toBe(true);
  });

  it('is not where there is no WebGL', () => {
    expect(isFast(null)).toBe(false);
  });

  it('gives the context back that it asked with', () => {
    const { context, loseContext } = contextOf('Apple M2');
    isFast(context);
    expect(loseContext).toHaveBeenCalledOnce();
  });
});
