// A proof file as a small picture: drawn, since the page's policy lets in no image from elsewhere.
import * as api from '../api';

/** Draws the file of this id in the middle of a canvas; what is no picture leaves it hidden. */
export const thumbnail = (id: number) => (canvas: HTMLCanvasElement): void => {
  void (async () => {
    try {
      const picture = await createImageBitmap(new Blob([await api.proofContent(id)]));
      const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
      const [w, h] = [picture.width * scale, picture.height * scale];
      canvas.getContext('2d')?.drawImage(picture, (canvas.width - w) / 2, (canvas.height - h) / 2, w, h);
      picture.close();
    } catch {
      canvas.hidden = true;
    }
  })();
};
