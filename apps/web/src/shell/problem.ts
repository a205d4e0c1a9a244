// SPDX-License-Identifier: BSD-2-Clause
import { create } from 'zustand';
import { errorWords } from '../api/index.ts';

/** What the last action could not do, said under the header until the next action or until it is put away. */
export const useProblem = create<{ words: string | undefined }>()(() => ({ words: undefined }));

export async function attempt(action: () => unknown): Promise<void> {
  useProblem.setState({ words: undefined });
  try {
    await action();
  } catch (error) {
    useProblem.setState({ words: errorWords(error) });
  }
}
