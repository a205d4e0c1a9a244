// SPDX-License-Identifier: BSD-2-Clause
import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { WebglAddon } from '@xterm/addon-webgl';
import { type ILink, type ILinkProvider, Terminal } from '@xterm/xterm';
import {
  appState,
  navigation,
  type TerminalOutput,
  type TerminalStream,
  terminalStream,
} from '../api/index.ts';
import { onThemeChange } from '../tokens.ts';
import { hasFastWebgl } from './fast-webgl.ts';
import { OutputPace } from './output-pace.ts';
import { type SourceLink, sourceLinks } from './source-links.ts';
import { isTerminalAnswer } from './terminal-answer.ts';
import { terminalTheme } from './terminal-theme.ts';

const SCROLLBACK_LINES = 5000;
const FONT = "13px 'JetBrains Mono Variable'";

export interface LiveTerminalOptions {
  readonly terminalId: number;
  /** Of somebody else's workspace: nothing is typed into it, and its size is theirs. */
  readonly readOnly: boolean;
  find(): void;
}

/** One xterm.js terminal on one stream. It draws only while it is shown; what comes meanwhile is not lost. */
export class LiveTerminal implements Disposable {
  readonly #terminal: Terminal;
  readonly #stream: TerminalStream;
  readonly #readOnly: boolean;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon();
  readonly #stack = new DisposableStack();
  readonly #pace = new OutputPace((output, drawn) => this.#write(output, drawn));
  #webgl: WebglAddon | undefined;
  #replays = 0;

  private constructor(host: HTMLElement, { terminalId, readOnly, find }: LiveTerminalOptions) {
    this.#readOnly = readOnly;
    this.#terminal = new Terminal({
      fontFamily: "'JetBrains Mono Variable', ui-monospace, monospace",
      fontSize: 13,
      lineHeight: 1.2,
      scrollback: SCROLLBACK_LINES,
      disableStdin: readOnly,
      // What a search finds is marked by decorations, which xterm.js still calls proposed.
      allowProposedApi: true,
      theme: terminalTheme(),
    });
    this.#stack.defer(() => this.#terminal.dispose());
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.loadAddon(this.#search);
    this.#terminal.registerLinkProvider(sourceLinkProvider(this.#terminal));
    this.#terminal.attachCustomKeyEventHandler((event) => passToTerminal(event, find));
    this.#terminal.open(host);
    this.#stack.use(this.#pace);
    this.#stack.use(onThemeChange(() => (this.#terminal.options = { theme: terminalTheme() })));
    this.#stream = this.#connect(terminalId);
  }

  /** Waits for the font, because the size of a cell is measured once. */
  static async open(host: HTMLElement, options: LiveTerminalOptions): Promise<LiveTerminal> {
    await document.fonts.load(FONT);
    return new LiveTerminal(host, options);
  }

  /** WebGL contexts are few in a page: only what is seen has one. */
  show(): void {
    this.#pace.seen();
    if (this.#webgl === undefined) this.#drawWithWebgl();
    this.fit();
  }

  hide(): void {
    this.#pace.unseen();
    this.#drawWithElements();
  }

  focus(): void {
    this.#terminal.focus();
  }

  fit(): void {
    const size = this.#fit.proposeDimensions();
    if (this.#readOnly || size === undefined || !(size.cols > 1 && size.rows > 0)) return;
    if (size.cols === this.#terminal.cols && size.rows === this.#terminal.rows) return;
    this.#terminal.resize(size.cols, size.rows);
    this.#stream.resize(size.cols, size.rows);
  }

  /** The size that the terminal has elsewhere. */
  setSize(cols: number, rows: number): void {
    if (this.#readOnly) this.#terminal.resize(cols, rows);
  }

  findNext(text: string, back = false): boolean {
    const options = {
      decorations: { matchOverviewRuler: '#888888', activeMatchColorOverviewRuler: '#bbbbbb' },
    };
    return back ? this.#search.findPrevious(text, options) : this.#search.findNext(text, options);
  }

  endFind(): void {
    this.#search.clearDecorations();
    this.focus();
  }

  [Symbol.dispose](): void {
    this.#webgl?.dispose();
    this.#stack.dispose();
  }

  #connect(terminalId: number): TerminalStream {
    const stream = terminalStream(terminalId);
    const encoder = new TextEncoder();
    this.#stack.defer(stream.onOutput((output, drawn) => this.#pace.pass(output, drawn)));
    this.#stack.defer(() => stream.close());
    this.#terminal.onData((text) => {
      if (this.#replays === 0 || !isTerminalAnswer(text)) stream.write(encoder.encode(text));
    });
    this.#terminal.onBinary((text) => stream.write(Uint8Array.from(text, (char) => char.charCodeAt(0))));
    return stream;
  }

  #write({ bytes, reset, replayed }: TerminalOutput, drawn: () => void): void {
    if (reset) this.#terminal.reset();
    if (replayed) this.#replays++;
    this.#terminal.write(bytes, () => {
      if (replayed) this.#replays--;
      drawn();
    });
  }

  #drawWithElements(): void {
    this.#webgl?.dispose();
    this.#webgl = undefined;
  }

  #drawWithWebgl(): void {
    if (!hasFastWebgl()) return;
    try {
      const webgl = new WebglAddon();
      webgl.onContextLoss(() => this.#drawWithElements());
      this.#terminal.loadAddon(webgl);
      this.#webgl = webgl;
    } catch {
      // No WebGL here: xterm.js goes on drawing with elements.
    }
  }
}

/** Ctrl+F finds; Ctrl+Shift+C and V are the browser's copy and paste; everything else is typed. */
function passToTerminal(event: KeyboardEvent, find: () => void): boolean {
  if (event.type !== 'keydown' || !event.ctrlKey || event.altKey) return true;
  if (event.code === 'KeyF' && !event.shiftKey) {
    event.preventDefault();
    find();
    return false;
  }
  if (event.code === 'KeyC' && event.shiftKey) {
    event.preventDefault();
    document.execCommand('copy');
    return false;
  }
  return !(event.code === 'KeyV' && event.shiftKey);
}

function sourceLinkProvider(terminal: Terminal): ILinkProvider {
  return {
    provideLinks(bufferLine, callback) {
      const text = terminal.buffer.active.getLine(bufferLine - 1)?.translateToString(true) ?? '';
      const paths = new Set(appState().workspace?.files.map(({ path }) => path));
      callback(sourceLinks(text, (path) => paths.has(path)).map((link) => toLink(link, bufferLine)));
    },
  };
}

function toLink({ path, line, column, start, end }: SourceLink, y: number): ILink {
  return {
    text: `${path}:${line}`,
    range: { start: { x: start + 1, y }, end: { x: end, y } },
    activate: () => navigation.openLocation(path, line, column),
  };
}
