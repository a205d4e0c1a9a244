// SPDX-License-Identifier: BSD-2-Clause
import 'react';

declare module 'react' {
  /** Custom properties in `style`, which React passes on as they are. */
  interface CSSProperties {
    [variable: `--${string}`]: string | number | undefined;
  }
}
