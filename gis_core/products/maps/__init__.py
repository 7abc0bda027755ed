"""Map pages: Folium maps with our own compact layers, in Chinese and English, self-contained."""
