// SPDX-License-Identifier: BSD-2-Clause
import './live-image.css';
import type { LiveImage } from '@ringlab/protocol';
import { Download } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link, Redirect } from 'wouter';
import { actions, errorWords, useAppState } from '../api/index.ts';

type Found = { readonly image: LiveImage } | { readonly problem: string };

/** What attendees take home: the whole of Ringlab on a stick. */
export function LiveImagePage() {
  const session = useAppState((state) => state.session);
  const role = useAppState((state) => state.me?.person.role);
  if (session === 'signed-out') return <Redirect to="/join" replace />;
  return (
    <main className="page">
      <header className="page-bar">
        <span className="page-name">Ringlab on a stick</span>
        <span className="live-image-ways">
          {role === 'instructor' && <Link href="/board">Board</Link>}
          <Link href="/labs">Labs</Link>
        </span>
      </header>
      <div className="live-image-sheet">
        <h1>The whole course on your own laptop, without a network</h1>
        <p>
          A USB stick with this image starts a laptop that has a 64-bit Intel or AMD processor: server, labs,
          lectures and a browser. The laptop's own disks are not touched. What you do there is kept on the
          stick, behind the image.
        </p>
        <Offer />
      </div>
    </main>
  );
}

/** The server reads an image whole before it says anything of it. */
function Offer() {
  const [found, setFound] = useState<Found>();
  useEffect(() => {
    actions.liveImage().then(
      (image) => setFound({ image }),
      (error: unknown) => setFound({ problem: errorWords(error) }),
    );
  }, []);
  if (found === undefined)
    return (
      <p className="progress" role="status">
        Reading the image
      </p>
    );
  if ('problem' in found) return <p className="notice warn">{found.problem}</p>;
  return (
    <>
      <FileCard {...found.image} />
      <Steps sha256={found.image.sha256} />
    </>
  );
}

function FileCard({ path, bytes, sha256, release }: LiveImage) {
  return (
    <section className="live-image-file" aria-label="The file">
      <a className="button primary" href={path} download>
        <Download size={15} aria-hidden="true" /> Download ringlab.iso, {Math.ceil(bytes / 1_000_000)} MB
      </a>
      <dl>
        <dt>SHA-256</dt>
        <dd className="mono">{sha256}</dd>
        <dt>Made of</dt>
        <dd>Debian {release}, and this course as it is on this server</dd>
      </dl>
    </section>
  );
}

function Steps({ sha256 }: { readonly sha256: string }) {
  return (
    <ol className="live-image-steps">
      <li>
        <h2>Download, and compare</h2>
        <p>A download that was cut off goes on where it was. Every digit must be the same:</p>
        <dl>
          <dt>Linux</dt>
          <dd className="mono">echo "{sha256} ringlab.iso" | sha256sum --check</dd>
          <dt>macOS</dt>
          <dd className="mono">shasum -a 256 ringlab.iso</dd>
          <dt>Windows</dt>
          <dd className="mono">certutil -hashfile ringlab.iso SHA256</dd>
        </dl>
      </li>
      <li>
        <h2>Write it to a stick of 8 GB or more</h2>
        <p>
          All that was on the stick is lost. The image must come onto it as it is: copying the file to the
          stick does not do.
        </p>
        <dl>
          <dt>Linux</dt>
          <dd>
            <span className="mono">sudo dd if=ringlab.iso of=/dev/sdX bs=4M conv=fsync</span>, with the
            stick's letter from <span className="mono">lsblk</span> for X
          </dd>
          <dt>macOS</dt>
          <dd>
            <span className="mono">sudo dd if=ringlab.iso of=/dev/rdiskN bs=4m</span>, with the stick's number
            from <span className="mono">diskutil list</span> for N, after{' '}
            <span className="mono">diskutil unmountDisk diskN</span>
          </dd>
          <dt>Windows</dt>
          <dd>Rufus, in its DD mode</dd>
        </dl>
      </li>
      <li>
        <h2>Start the laptop from it</h2>
        <p>
          It needs 4 GB of memory, and Secure Boot switched off in its set-up. Most laptops show a menu of
          what to start from when F12, F9 or Esc is held down while they are switched on. BIOS and UEFI will
          both do. If the screen stays dark, choose the second entry of Ringlab's menu; the third has
          keyboards other than the American one.
        </p>
      </li>
    </ol>
  );
}
