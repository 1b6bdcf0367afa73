"""A trained model as a folder of static files that a browser opens: see folder.

page/    the page itself
module/  sound-classifier.js, sound-stream.js and what they are made of: for any page; the service's page has
         microphone and resampler of it
look/    drawing and style, shared with the service's page
npm/     which LiteRT.js, pinned by integrity
"""
